import {
  type FieldNode,
  type GraphQLCompositeType,
  type GraphQLInterfaceType,
  type GraphQLNamedOutputType,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isInterfaceType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  type SelectionSetNode,
} from 'graphql';
import { Code, literal, readKey } from '../codegen/code.ts';
import { type SelectionContext, selectFields } from '../document/select-fields.ts';
import type { HiddenNames } from '../supergraph/hidden-names.ts';
import { metaFields } from '../supergraph/service-field.ts';
import { isExactNumber } from '../values/exact-numbers.ts';
import { COST, TEXT, WRITER } from '../values/own.ts';
import type { ArgumentCost, FieldCosts } from './field-costs.ts';
import { leafWriter } from './leaf.ts';
import type { WriteContext } from './write-context.ts';

/** Writes the JSON text of a value that isn't null. Returns null when the value is invalid; the reason is then in the context's errors. */
export type ValueWriter = (value: unknown, context: WriteContext) => string | null;

/**
 * Which texts of objects are kept, to be written again:
 * - `always`: all, since equal objects at this place are one object;
 * - `marked`: those of objects marked with `SEVERAL_PLACES`;
 * - `never`: none.
 */
export type Repetition = 'always' | 'marked' | 'never';

export interface WriterOptions extends SelectionContext {
  /** Whether texts of objects at a response path (keys and `@`, joined by dots) are kept. */
  readonly repetition: (path: string) => Repetition;
  /** The key of a selected field in the fetched data. */
  readonly dataKey: (node: FieldNode) => string;
  /** Fields that the client may not see. They were not fetched. */
  readonly denied: ReadonlySet<FieldNode>;
  /** Enum values and object types that clients may not see, by type. They are written as null. */
  readonly hiddenNames: HiddenNames;
  /** Interfaces that some subgraph knows as an object. Its objects may lack `__typename`. */
  readonly interfaceObjects: ReadonlySet<string>;
  /** Whether a non-null position with an error becomes null itself (`onError: NULL`). Otherwise the null propagates. */
  readonly nullsInPlace: boolean;
  /** Added up in `WriteContext.cost`. */
  readonly costs: FieldCosts;
  /** Makes the writer of a meta-field of the root, which no subgraph resolves. */
  readonly introspection: (node: FieldNode) => ValueWriter;
}

/** The id of the last writer. All writers of the process differ, because an object remembers which one wrote it. */
let writerIds = 0;

/** Compiles a writer for a selection on a composite type. */
export function compileWriter(
  options: WriterOptions,
  type: GraphQLCompositeType,
  sets: readonly SelectionSetNode[],
  path = '',
): ValueWriter {
  return isObjectType(type) ? compileObject(options, type, sets, path) : compileAbstract(options, type, sets, path);
}

/** Chooses the writer by the runtime type. Each is compiled when the first object of its type is written. */
function compileAbstract(
  options: WriterOptions,
  type: GraphQLCompositeType,
  sets: readonly SelectionSetNode[],
  path: string,
): ValueWriter {
  const { schema, interfaceObjects } = options;
  const writers = new Map<string, ValueWriter>();
  const untyped = once(() => compileObject(options, type, sets, path));
  return (value, context) => {
    const typename = (value as { __typename?: unknown }).__typename; // of any value but null
    if (typeof typename !== 'string') {
      if (interfaceObjects.has(type.name)) return untyped()(value, context);
      context.add(`Expected an object of type "${type.name}" but it has no __typename`);
      return null;
    }
    let writer = writers.get(typename);
    if (!writer) {
      const runtimeType = schema.getType(typename);
      if (!isRuntimeType(schema, type, runtimeType)) {
        context.add(`Expected an object of type "${type.name}" but its __typename names another type`);
        return null;
      }
      writer = compileObject(options, runtimeType, sets, path);
      writers.set(typename, writer);
    }
    return writer(value, context);
  };
}

/** The `__typename` may also name the interface itself: a subgraph with an interface object doesn't know the object type. */
function isRuntimeType(
  schema: GraphQLSchema,
  type: GraphQLCompositeType,
  named: GraphQLNamedType | undefined,
): named is GraphQLObjectType | GraphQLInterfaceType {
  if (isInterfaceType(named) && named === type) return true;
  return (isObjectType(named) || isInterfaceType(named)) && isAbstractType(type) && schema.isSubType(type, named);
}

/** Generates the writer of an object's selected fields. */
function compileObject(
  options: WriterOptions,
  type: GraphQLCompositeType,
  sets: readonly SelectionSetNode[],
  path: string,
): ValueWriter {
  const code = new Code();
  const repetition = options.repetition(path);
  const lines = [
    `if (typeof object !== "object" || Array.isArray(object) || ${code.bind(isExactNumber)}(object)) {`,
    `  context.add(${literal(`Expected an object of type "${type.name}"`)}); return null;`,
    '}',
  ];
  const id = code.bind(++writerIds); // bound, so that equal writers have equal code and are compiled once
  if (repetition !== 'never') {
    lines.push(`const writer = object[${code.bind(WRITER)}], clean = context.count, costBefore = context.cost;`);
    lines.push(
      `if (writer === ${id}) { context.cost += object[${code.bind(COST)}]; return object[${code.bind(TEXT)}]; }`,
    );
  }
  lines.push('let value, text, before, json = "{";');
  let separator = '';
  for (const [key, nodes] of selectFields(options, type, sets)) {
    lines.push(...fieldLines(options, code, { type, key, nodes, separator, path }));
    separator = ',';
  }
  lines.push('json += "}";');
  if (repetition !== 'never') {
    const kept = repetition === 'always' ? 'writer !== undefined' : 'writer';
    lines.push(`if (${kept} && context.count === clean) {`);
    lines.push(`  object[${code.bind(TEXT)}] = json; object[${code.bind(WRITER)}] = ${id};`);
    lines.push(`  object[${code.bind(COST)}] = context.cost - costBefore;`, '}');
  }
  lines.push('return json;');
  return code.compile<ValueWriter>(['object', 'context'], lines.join('\n'));
}

interface SelectedField {
  readonly type: GraphQLCompositeType;
  readonly key: string;
  readonly nodes: readonly FieldNode[];
  readonly separator: string;
  readonly path: string;
}

function fieldLines(options: WriterOptions, code: Code, field: SelectedField): string[] {
  const { type, key, separator } = field;
  const nodes = field.nodes.filter((node) => !options.denied.has(node));
  const name = field.nodes[0]!.name.value;
  const label = literal(`${separator}${JSON.stringify(key)}:`);
  if (name === '__typename') {
    if (isObjectType(type)) return [`json += ${label} + ${literal(JSON.stringify(type.name))};`];
    return [`context.add(${literal(`Missing __typename of an object of type "${type.name}"`)}); return null;`];
  }
  if (metaFields.has(name)) {
    return [
      'context.cost += 1;',
      `json += ${label} + (${code.bind(options.introspection(nodes[0]!))}(object, context) ?? "null");`,
    ];
  }
  const definition = 'getFields' in type ? type.getFields()[name] : undefined;
  if (!definition || !('getFields' in type)) throw new Error(`no field ${type.name}.${name} in the schema`);
  const required = isNonNullType(definition.type);
  const nothing = literal(`${separator}${JSON.stringify(key)}:null`);
  const leave = required && !options.nullsInPlace ? 'return null;' : `json += ${nothing};`;
  if (nodes.length === 0) return [leave];
  const nullable = isNonNullType(definition.type) ? definition.type.ofType : definition.type;
  const isHidden = hiddenTest(options, nullable);
  const coordinate = `${type.name}.${name}`;
  const weight = options.costs.ofValue(type, name);
  // A mutation without a result has run too.
  const ofNull = type === options.schema.getMutationType() ? addCost(code, weight) : [];
  const dataKey = options.dataKey(nodes[0]!);
  const path = field.path === '' ? dataKey : `${field.path}.${dataKey}`;
  return [
    ...addCost(code, options.costs.ofArguments(type, nodes[0]!)),
    `value = ${readKey('object', dataKey)};`,
    ...(isHidden ? [`if (${code.bind(isHidden)}(value)) value = null;`] : []),
    'if (value === null || value === undefined) {',
    ...(required
      ? [`context.add(${literal(`Cannot return null for non-nullable field ${coordinate}`)}, ${literal(key)});`]
      : []),
    ...ofNull,
    leave,
    '} else {',
    ...(isListType(nullable) ? [] : addCost(code, weight)),
    ...valueLines(options, code, { type: nullable, nodes, key, path, coordinate, weight }),
    `  if (text === null) ${required && !options.nullsInPlace ? 'return null' : 'text = "null"'};`,
    `  json += ${label} + text;`,
    '}',
  ];
}

function addCost(code: Code, cost: ArgumentCost): string[] {
  if (cost === 0) return [];
  return [`context.cost += ${typeof cost === 'number' ? cost : `${code.bind(cost)}(context.variables)`};`];
}

interface PresentValue {
  readonly type: GraphQLOutputType;
  readonly nodes: readonly FieldNode[];
  readonly key: string;
  readonly path: string;
  readonly coordinate: string;
  /** Cost of one value; of a list, of each item. */
  readonly weight: number;
}

/** Lines that set `text` for a value that isn't null. */
function valueLines(options: WriterOptions, code: Code, value: PresentValue): string[] {
  const { type, key, coordinate } = value;
  if (isLeafType(type)) {
    const invalid = literal(`Invalid value for ${coordinate} of type "${type.name}"`);
    return [
      `  text = ${code.bind(leafWriter(type))}(value, context);`,
      `  if (text === null) context.add(${invalid}, ${literal(key)});`,
    ];
  }
  const write = code.bind(compileValue(options, type, value));
  return [
    '  before = context.errors.length;',
    `  text = ${write}(value, context);`,
    `  if (context.errors.length !== before) context.within(before, ${literal(key)});`,
  ];
}

function compileValue(options: WriterOptions, type: GraphQLOutputType, value: PresentValue): ValueWriter {
  if (isListType(type)) return compileList(options, type.ofType, { ...value, path: `${value.path}.@` });
  const named: GraphQLNamedOutputType = getNamedType(type);
  if (isLeafType(named)) {
    const write = leafWriter(named);
    return (leaf, context) => {
      const text = write(leaf, context);
      if (text === null) context.add(`Invalid value in ${value.coordinate} of type "${named.name}"`);
      return text;
    };
  }
  const sets = value.nodes.flatMap((node) => (node.selectionSet ? [node.selectionSet] : []));
  return compileWriter(options, named, sets, value.path);
}

function compileList(options: WriterOptions, itemType: GraphQLOutputType, value: PresentValue): ValueWriter {
  const required = isNonNullType(itemType);
  const nullable = isNonNullType(itemType) ? itemType.ofType : itemType;
  const write = compileValue(options, nullable, value);
  const isHidden = hiddenTest(options, nullable);
  const { coordinate } = value;
  const propagates = required && !options.nullsInPlace;
  const weight = isListType(nullable) ? 0 : value.weight;
  return (list, context) => {
    if (!Array.isArray(list)) {
      context.add(`Expected a list for ${coordinate}`);
      return null;
    }
    let json = '[';
    for (let index = 0; index < list.length; index++) {
      const item: unknown = list[index];
      let text: string | null = null;
      if (item !== null && item !== undefined && !isHidden?.(item)) {
        context.cost += weight;
        const before = context.errors.length;
        text = write(item, context);
        if (context.errors.length !== before) context.within(before, index);
      } else if (required) {
        context.add(`Cannot return null for a non-nullable item of ${coordinate}`, index);
      }
      if (text === null && propagates) return null;
      json += index === 0 ? (text ?? 'null') : `,${text ?? 'null'}`;
      context.checkLength(json);
    }
    return `${json}]`;
  };
}

/** A test for enum values and objects that clients may not see; undefined for types without any. */
function hiddenTest(
  { hiddenNames }: WriterOptions,
  type: GraphQLOutputType,
): ((value: unknown) => boolean) | undefined {
  const names = isListType(type) ? undefined : hiddenNames.get(getNamedType(type).name);
  if (!names) return undefined;
  // A value of another type is no hidden name.
  if (isLeafType(type)) return (value) => names.has(value as string);
  // Objects of composite types have a `__typename`, if one of the types is hidden.
  return (value) => names.has((value as { __typename: string } | null | undefined)?.__typename ?? '');
}

function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
