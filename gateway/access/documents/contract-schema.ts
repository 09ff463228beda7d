import {
  buildASTSchema,
  type ConstValueNode,
  type DefinitionNode,
  type DocumentNode,
  type FieldDefinitionNode,
  type GraphQLSchema,
  type InputValueDefinitionNode,
  Kind,
  parse,
  printSchema,
  type TypeNode,
} from 'graphql';
import { addServiceField } from '../../engine/supergraph/service-field.ts';

/**
 * Makes the schema without these elements, and without everything that cannot be used without them: a field of a hidden type, a field that
 * requires a hidden argument, a type without members, and a type that no operation reaches.
 * @param hidden schema coordinates
 */
export function contractSchema(schema: GraphQLSchema, hidden: Iterable<string>): GraphQLSchema {
  const whole = parse(printSchema(schema), { noLocation: true });
  const visible = onlyReachable(withoutHidden(whole, new Set(hidden)), schema);
  const built = buildASTSchema(visible, { assumeValid: true, assumeValidSDL: true });
  addServiceField(built);
  return built;
}

/** Hiding one element may hide others, until nothing changes. Adds these to `hidden`. */
function withoutHidden(document: DocumentNode, hidden: Set<string>): DocumentNode {
  for (;;) {
    const before = hidden.size;
    const values = enumValues(document, hidden);
    const definitions = document.definitions.flatMap((node) => filterDefinition(node, hidden, values) ?? []);
    if (hidden.size === before) return { ...document, definitions };
  }
}

/** The visible values of each enum. */
type EnumValues = ReadonlyMap<string, ReadonlySet<string>>;

function enumValues({ definitions }: DocumentNode, hidden: ReadonlySet<string>): EnumValues {
  return new Map(
    definitions.flatMap((node) => {
      if (node.kind !== Kind.ENUM_TYPE_DEFINITION) return [];
      const names = (node.values ?? []).map(({ name }) => name.value);
      return [[node.name.value, new Set(names.filter((name) => !hidden.has(`${node.name.value}.${name}`)))] as const];
    }),
  );
}

/** Returns the definition without its hidden members; undefined if it is hidden itself. */
function filterDefinition(node: DefinitionNode, hidden: Set<string>, values: EnumValues): DefinitionNode | undefined {
  if (!('name' in node) || !node.name) return node;
  const type = node.name.value;
  if (hidden.has(type)) return undefined;
  switch (node.kind) {
    case Kind.OBJECT_TYPE_DEFINITION:
    case Kind.INTERFACE_TYPE_DEFINITION: {
      const interfaces = node.interfaces?.filter(({ name }) => !hidden.has(name.value));
      const fields = (node.fields ?? []).flatMap((field) => filterField(type, field, hidden, values) ?? []);
      for (const { name } of node.fields ?? []) {
        // An implementation must have every field of its interfaces.
        if (!hidden.has(`${type}.${name.value}`)) continue;
        for (const implemented of interfaces ?? []) hidden.add(`${implemented.name.value}.${name.value}`);
      }
      return keepIfAny(type, fields, { ...node, interfaces, fields }, hidden);
    }
    case Kind.INPUT_OBJECT_TYPE_DEFINITION: {
      const all = node.fields ?? [];
      const fields = all.filter((field) => isVisible(`${type}.${field.name.value}`, field, hidden, values));
      const isUsable = !all.some((field) => isRequired(field) && !fields.includes(field));
      return keepIfAny(type, isUsable ? fields : [], { ...node, fields }, hidden);
    }
    case Kind.ENUM_TYPE_DEFINITION: {
      const shown = node.values?.filter(({ name }) => values.get(type)?.has(name.value)) ?? [];
      return keepIfAny(type, shown, { ...node, values: shown }, hidden);
    }
    case Kind.UNION_TYPE_DEFINITION: {
      const types = node.types?.filter(({ name }) => !hidden.has(name.value)) ?? [];
      return keepIfAny(type, types, { ...node, types }, hidden);
    }
    default:
      return node;
  }
}

/** Hides a type without members. */
function keepIfAny<N>(type: string, members: readonly unknown[], node: N, hidden: Set<string>): N | undefined {
  if (members.length > 0) return node;
  hidden.add(type);
  return undefined;
}

function filterField(
  type: string,
  field: FieldDefinitionNode,
  hidden: Set<string>,
  values: EnumValues,
): FieldDefinitionNode | undefined {
  const coordinate = `${type}.${field.name.value}`;
  const all = field.arguments ?? [];
  const args = all.filter((node) => isVisible(`${coordinate}(${node.name.value}:)`, node, hidden, values));
  const isUsable = !all.some((node) => isRequired(node) && !args.includes(node));
  if (isUsable && !hidden.has(coordinate) && !hidden.has(namedType(field.type))) return { ...field, arguments: args };
  hidden.add(coordinate);
  return undefined;
}

/** Whether clients may give a value for this argument or input field. Its default value must be visible too. */
function isVisible(
  coordinate: string,
  { type, defaultValue }: InputValueDefinitionNode,
  hidden: ReadonlySet<string>,
  values: EnumValues,
): boolean {
  const name = namedType(type);
  if (hidden.has(coordinate) || hidden.has(name)) return false;
  return !defaultValue || enumNames(defaultValue).every((value) => values.get(name)?.has(value) ?? true);
}

function enumNames(value: ConstValueNode): string[] {
  if (value.kind === Kind.ENUM) return [value.value];
  return value.kind === Kind.LIST ? value.values.flatMap(enumNames) : [];
}

function isRequired({ type, defaultValue }: InputValueDefinitionNode): boolean {
  return type.kind === Kind.NON_NULL_TYPE && !defaultValue;
}

function namedType(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : namedType(type.type);
}

/** Leaves out types that neither an operation nor a directive reaches. */
function onlyReachable(document: DocumentNode, schema: GraphQLSchema): DocumentNode {
  const { definitions } = document;
  const byName = new Map(
    definitions.flatMap((node) =>
      'name' in node && node.name && node.kind !== Kind.DIRECTIVE_DEFINITION ? [[node.name.value, node] as const] : [],
    ),
  );
  const selectable = new Set<string>();
  /** Interfaces that no field has, and what their fields mention. Clients can select their implementations only elsewhere. */
  const declared = new Set<string>();
  const waiting: { readonly name: string; readonly into: Set<string> }[] = [];
  const add = (names: readonly string[], into: Set<string>): void => {
    for (const name of names) waiting.push({ name, into });
  };
  for (const type of [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()]) {
    if (type) add([type.name], selectable);
  }
  for (const node of definitions) if (node.kind === Kind.DIRECTIVE_DEFINITION) add(namesIn(node), selectable);
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const { name, into } = next;
    const node = byName.get(name);
    if (!node || into.has(name)) continue;
    into.add(name);
    add(namesIn(node), into);
    add(interfacesOf(node), declared);
    if (node.kind === Kind.INTERFACE_TYPE_DEFINITION && into === selectable) {
      add(implementations(definitions, name), selectable);
    }
  }
  const reached = selectable.union(declared);
  const kept = definitions.filter(
    (node) =>
      !('name' in node) || !node.name || node.kind === Kind.DIRECTIVE_DEFINITION || reached.has(node.name.value),
  );
  return { ...document, definitions: kept };
}

function implementations(definitions: readonly DefinitionNode[], name: string): string[] {
  return definitions.flatMap((node) => {
    if (node.kind !== Kind.OBJECT_TYPE_DEFINITION && node.kind !== Kind.INTERFACE_TYPE_DEFINITION) return [];
    return node.interfaces?.some((implemented) => implemented.name.value === name) ? [node.name.value] : [];
  });
}

function interfacesOf(node: DefinitionNode): string[] {
  const isImplementer = node.kind === Kind.OBJECT_TYPE_DEFINITION || node.kind === Kind.INTERFACE_TYPE_DEFINITION;
  return isImplementer ? (node.interfaces ?? []).map(({ name }) => name.value) : [];
}

/** The types that a definition mentions, without its interfaces. */
function namesIn(node: DefinitionNode): string[] {
  const args = (owner: { readonly arguments?: readonly InputValueDefinitionNode[] | undefined }) =>
    owner.arguments?.map(({ type }) => namedType(type)) ?? [];
  switch (node.kind) {
    case Kind.DIRECTIVE_DEFINITION:
      return args(node);
    case Kind.OBJECT_TYPE_DEFINITION:
    case Kind.INTERFACE_TYPE_DEFINITION:
      return (node.fields ?? []).flatMap((field) => [namedType(field.type), ...args(field)]);
    case Kind.INPUT_OBJECT_TYPE_DEFINITION:
      return node.fields?.map(({ type }) => namedType(type)) ?? [];
    case Kind.UNION_TYPE_DEFINITION:
      return node.types?.map(({ name }) => name.value) ?? [];
    default:
      return [];
  }
}
