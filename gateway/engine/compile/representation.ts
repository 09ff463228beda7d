import type { FetchDataRewrite, FetchNode, QueryPlanSelectionNode } from '@apollo/query-planner';
import { Code, literal, readKey } from '../codegen/code.ts';
import type { SupergraphModel } from '../supergraph/model.ts';
import { jsonText } from '../values/json-text.ts';

/** Writes the JSON text of an object's representation. Null when the object lacks a required field or has no matching type. */
export type RepresentationBuilder = (object: Record<string, unknown>) => string | null;

type Satisfies = SupergraphModel['satisfies'];
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
export function compileRepresentation(fetch: FetchNode, satisfies: Satisfies): RepresentationBuilder {
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
    const builder = compileObject(fields, satisfies, rewriteKeys(rewrites, typename, satisfies));
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

function compileObject(fields: RequiredFields, satisfies: Satisfies, keys?: RewrittenKeys): RepresentationBuilder {
  const code = new Code();
  const text = code.bind(jsonText);
  const lines = ['let value, json = "{";'];
  let separator = '';
  for (const [key, field] of fields) {
    const name = literal(`${separator}${JSON.stringify(keys?.renamed.get(key) ?? field.name)}:`);
    separator = ',';
    if (key === '__typename' && keys?.typename !== undefined) {
      lines.push(`json += ${name} + ${literal(JSON.stringify(keys.typename))};`);
      continue;
    }
    const write = field.selections ? code.bind(compileValue(field.selections, satisfies)) : text;
    lines.push(`value = ${readKey('object', key)};`, `if (${unknown}) return null;`);
    lines.push(`json += ${name} + ${write}(value);`);
  }
  lines.push('return json + "}";');
  return code.compile<RepresentationBuilder>(['object'], lines.join('\n'));
}

type ValueBuilder = (value: unknown) => string;

/** A nested object without a required field becomes null, and so does one of a type without a matching fragment. */
function compileValue(selections: readonly QueryPlanSelectionNode[], satisfies: Satisfies): ValueBuilder {
  const object = compileNested(selections, satisfies);
  return function build(value): string {
    if (Array.isArray(value)) return `[${value.map(build).join(',')}]`;
    if (typeof value !== 'object' || value === null) return 'null';
    return object(value as Record<string, unknown>) ?? 'null';
  };
}

function compileNested(selections: readonly QueryPlanSelectionNode[], satisfies: Satisfies): RepresentationBuilder {
  const plain = selections.every((selection) => selection.kind === 'Field');
  const unknownType = compileObject(requiredFields(selections, undefined, satisfies), satisfies);
  if (plain) return unknownType;
  const builders = new Map<string, RepresentationBuilder>();
  return (object) => {
    const typename = object.__typename;
    if (typeof typename !== 'string') return unknownType(object);
    let builder = builders.get(typename);
    if (!builder) {
      builder = compileObject(requiredFields(selections, typename, satisfies), satisfies);
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
