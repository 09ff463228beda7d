import type { FetchDataRewrite, FetchNode, QueryPlanSelectionNode } from '@apollo/query-planner';
import {
  type GraphQLNamedType,
  type GraphQLOutputType,
  getNamedType,
  getNullableType,
  isListType,
  isNonNullType,
} from 'graphql';
import { Code, literal, readKey } from '../codegen/code.ts';
import type { SupergraphModel } from '../supergraph/model.ts';
import { jsonText } from '../values/json-text.ts';

/**
 * Writes the JSON text of an object's representation. Null when the object has no matching type, lacks a required field, or has null for one that is
 * non-null: subgraphs may rely on its value.
 */
export type RepresentationBuilder = (object: Record<string, unknown>) => string | null;

type Types = Pick<SupergraphModel, 'satisfies' | 'fieldType'>;
type Satisfies = Types['satisfies'];
/** Required fields by their key in the data. */
type RequiredFields = Map<string, RequiredField>;
interface RequiredField {
  /** The key that the subgraph expects. It differs from the key in the data where a stand-in was fetched under an alias. */
  readonly name: string;
  readonly selections: readonly QueryPlanSelectionNode[] | undefined;
}

/**
 * Compiles a fetch's `requires` and input rewrites. One builder is made for each runtime type. Types that satisfy no
 * fragment of `requires` are not cached, so that a subgraph that sends wrong types can't grow the cache.
 */
export function compileRepresentation(fetch: FetchNode, types: Types): RepresentationBuilder {
  const { satisfies } = types;
  const requires = fetch.requires ?? [];
  const rewrites = fetch.inputRewrites ?? [];
  const builders = new Map<string, RepresentationBuilder>();
  return (object) => {
    const typename = object.__typename;
    if (typeof typename !== 'string') return null;
    const known = builders.get(typename);
    if (known) return known(object);
    const fields = requiredFields(requires, typename, satisfies);
    if (!fields.has('__typename')) return null;
    const builder = compileObject(fields, types, typename, rewriteKeys(rewrites, typename, satisfies));
    builders.set(typename, builder);
    return builder(object);
  };
}

/** The effect of input rewrites on representations of one runtime type: another `__typename`, or other keys. */
interface RewrittenKeys {
  readonly typename: string | undefined;
  readonly renamed: ReadonlyMap<string, string>;
}

/** The planner makes rewrites for the top level of a representation only. */
function rewriteKeys(rewrites: readonly FetchDataRewrite[], runtimeType: string, satisfies: Satisfies): RewrittenKeys {
  let typename = runtimeType;
  const renamed = new Map<string, string>();
  for (const rewrite of rewrites) {
    const conditions = rewrite.path.slice(0, -1).map((element) => element.slice('... on '.length));
    if (!conditions.every((condition) => satisfies(typename, condition))) continue;
    const key = rewrite.path.at(-1)!;
    if (rewrite.kind === 'KeyRenamer') renamed.set(key, rewrite.renameKeyTo);
    else if (key === '__typename') typename = String(rewrite.setValueTo);
  }
  return { typename, renamed };
}

/** A required value is absent, or beyond the range of a double and so without a JSON text. */
const unknown = 'value === undefined || value === Infinity || value === -Infinity';

/** @param typename of the objects; undefined if it is not known */
function compileObject(
  fields: RequiredFields,
  types: Types,
  typename: string | undefined,
  keys?: RewrittenKeys,
): RepresentationBuilder {
  const code = new Code();
  const lines = ['let value, json = "{";'];
  let separator = '';
  for (const [key, field] of fields) {
    const name = literal(`${separator}${JSON.stringify(keys?.renamed.get(key) ?? field.name)}:`);
    separator = ',';
    if (key === '__typename' && keys?.typename !== undefined) {
      lines.push(`json += ${name} + ${literal(JSON.stringify(keys.typename))};`);
      continue;
    }
    const type = typename === undefined ? undefined : types.fieldType(typename, field.name);
    const inner = field.selections ? compileValue(field.selections, types, type) : jsonText;
    const write = code.bind(withRequiredItems(inner, type));
    lines.push(`value = ${readKey('object', key)};`, `if (${unknown}) return null;`, `value = ${write}(value);`);
    if (isNonNullType(type)) lines.push('if (value === "null") return null;');
    lines.push(`json += ${name} + value;`);
  }
  lines.push('return json + "}";');
  return code.compile<RepresentationBuilder>(['object'], lines.join('\n'));
}

type ValueBuilder = (value: unknown) => string;

/** Writes null instead of a list that has null for a non-null item. */
function withRequiredItems(write: ValueBuilder, type: GraphQLOutputType | undefined): ValueBuilder {
  const list = type && getNullableType(type);
  if (!isListType(list)) return write;
  const item = withRequiredItems(write, list.ofType);
  const isRequired = isNonNullType(list.ofType);
  if (!isRequired && item === write) return write;
  return (value) => {
    if (!Array.isArray(value)) return write(value);
    const texts = value.map(item);
    return isRequired && texts.includes('null') ? 'null' : `[${texts.join(',')}]`;
  };
}

/** A nested object without a required field becomes null, and so does one of a type without a matching fragment. */
function compileValue(
  selections: readonly QueryPlanSelectionNode[],
  types: Types,
  type: GraphQLOutputType | undefined,
): ValueBuilder {
  const object = compileNested(selections, types, type && getNamedType(type));
  return function build(value): string {
    if (Array.isArray(value)) return `[${value.map(build).join(',')}]`;
    if (typeof value !== 'object' || value === null) return 'null';
    return object(value as Record<string, unknown>) ?? 'null'; // any object that is no list
  };
}

function compileNested(
  selections: readonly QueryPlanSelectionNode[],
  types: Types,
  type: GraphQLNamedType | undefined,
): RepresentationBuilder {
  const { satisfies } = types;
  const plain = selections.every((selection) => selection.kind === 'Field');
  const unknownType = compileObject(requiredFields(selections, undefined, satisfies), types, type?.name);
  if (plain) return unknownType;
  const builders = new Map<string, RepresentationBuilder>();
  return (object) => {
    const typename = object.__typename;
    if (typeof typename !== 'string') return unknownType(object);
    let builder = builders.get(typename);
    if (!builder) {
      builder = compileObject(requiredFields(selections, typename, satisfies), types, typename);
      if (satisfiesAny(selections, typename, satisfies)) builders.set(typename, builder);
    }
    return builder(object);
  };
}

function satisfiesAny(selections: readonly QueryPlanSelectionNode[], typename: string, satisfies: Satisfies): boolean {
  return selections.some(
    (selection) =>
      selection.kind === 'InlineFragment' &&
      (selection.typeCondition === undefined || satisfies(typename, selection.typeCondition)),
  );
}

/** The fields that an object of a runtime type must have, with fragments resolved and equal fields merged. */
function requiredFields(
  selections: readonly QueryPlanSelectionNode[],
  typename: string | undefined,
  satisfies: Satisfies,
  fields: RequiredFields = new Map(),
): RequiredFields {
  for (const selection of selections) {
    if (selection.kind === 'InlineFragment') {
      const { typeCondition } = selection;
      const applies = typeCondition !== undefined && typename !== undefined && satisfies(typename, typeCondition);
      if (applies || typeCondition === undefined) requiredFields(selection.selections, typename, satisfies, fields);
      continue;
    }
    const key = selection.alias ?? selection.name;
    const known = fields.get(key)?.selections;
    const merged = selection.selections ? [...(known ?? []), ...selection.selections] : known;
    fields.set(key, { name: selection.name, selections: merged });
  }
  return fields;
}

/** The keys of the fields that some representation contains. */
export function requiredKeys(requires: readonly QueryPlanSelectionNode[]): string[] {
  const keys = requires.flatMap((selection) =>
    selection.kind === 'Field' ? [selection.alias ?? selection.name] : requiredKeys(selection.selections),
  );
  return [...new Set(keys)];
}
