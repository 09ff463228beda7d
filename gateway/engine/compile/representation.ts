import type { FetchDataRewrite, FetchNode, QueryPlanSelectionNode } from '@apollo/query-planner';
import { Code, literal, readKey } from '../codegen/code.ts';
import type { SupergraphModel } from '../supergraph/model.ts';
import { jsonText } from '../values/json-text.ts';

/** The JSON text of an object's representation, or null when the object can't be asked for here. */
export type RepresentationBuilder = (object: Record<string, unknown>) => string | null;

type Satisfies = SupergraphModel['satisfies'];
/** Required fields by the key they have in the data. */
type RequiredFields = Map<string, RequiredField>;
interface RequiredField {
  /** The key the subgraph expects; another one where a stand-in was fetched under an alias. */
  readonly name: string;
  readonly selections: readonly QueryPlanSelectionNode[] | undefined;
}

/**
 * Compiles a fetch's `requires` and input rewrites. A builder is made once per runtime type and knows its fields;
 * types that satisfy no fragment of `requires` are never remembered, so a lying subgraph can't grow the cache.
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

/** What rewrites make of one runtime type's top level: another `__typename`, or other names for keys. */
interface RewrittenKeys {
  readonly typename: string | undefined;
  readonly renamed: ReadonlyMap<string, string>;
}

/** The planner rewrites only the top level of a representation; a deeper path would be a change in the planner. */
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

/** Absent, or beyond the range of a double: nobody could be asked about it. */
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

/** A nested object that lacks something required becomes null; so does one of a type nobody asked about. */
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

/** The fields a runtime type has to bring, fragments resolved and equal fields merged. */
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
