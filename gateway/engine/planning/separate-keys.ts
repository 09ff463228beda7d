import type { FetchNode, QueryPlan, ResponsePath } from '@apollo/query-planner';
import {
  type DocumentNode,
  type FieldNode,
  type GraphQLCompositeType,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  isInterfaceType,
  isObjectType,
  Kind,
  parse,
  print,
  type SelectionSetNode,
  stripIgnoredCharacters,
  visit,
} from 'graphql';
import { type Fragments, fragmentsByName } from '../document/fragments.ts';
import { responseKey, withoutTypes } from '../document/response-keys.ts';
import { mapFetches } from './map-fetches.ts';
import type { PlannedGraph } from './separate-types.ts';

/** A document for the planner in which fields of different types that share a response key have separate keys. */
export interface SeparatedKeys {
  readonly document: DocumentNode;
  /** Restores the client's keys in the document's plan. */
  readonly restore: (plan: QueryPlan) => QueryPlan;
}

/** Nested fragments can grow exponentially. Beyond this bound, the document is left as it is. */
const maxSteps = 20_000;

/**
 * Selections on different types of an interface may use one key for different fields, `{ ... on Ship { x: name } ... on Truck { x: plate } }`, or for
 * different selections on one field, `{ ... on Ship { owner { x: name } } ... on Truck { owner { x: phone } } }`. For a subgraph that knows the interface
 * as an object, they are fields of one type. The planner then loses one of them, or selects both from one subgraph under one key.
 */
export function separateKeys(
  document: DocumentNode,
  { schema, interfaceObjects }: Pick<PlannedGraph, 'schema' | 'interfaceObjects'>,
): SeparatedKeys {
  if (interfaceObjects.size === 0) return { document, restore: (plan) => plan };
  const clashes = new Clashes(document, schema, interfaceObjects.keys());
  for (const node of document.definitions) {
    const root = node.kind === Kind.OPERATION_DEFINITION && schema.getRootType(node.operation);
    if (root) clashes.find([{ set: node.selectionSet, type: root }]);
  }
  const { separated } = clashes;
  if (separated.size === 0 || clashes.isTooLarge) return { document, restore: (plan) => plan };
  const renamed = visit(document, {
    Field: {
      // `separated` has the original nodes, so the lookup must come before the node's own selections are replaced.
      enter: (node): FieldNode | undefined => {
        const key = separated.get(node);
        return key && { ...node, alias: { kind: Kind.NAME, value: key.name } };
      },
    },
  });
  const originals = new Map(
    [...separated].map(([field, { name, type }]) => [name, { name: responseKey(field), type }]),
  );
  return { document: renamed, restore: (plan) => withKeys(plan, originals) };
}

/** A response key of an object type's field. */
interface TypedKey {
  readonly name: string;
  readonly type: string;
}
/** A selection set on a type. */
interface TypedSet {
  readonly set: SelectionSetNode;
  readonly type: GraphQLCompositeType;
}
interface TypedField {
  readonly node: FieldNode;
  readonly type: GraphQLCompositeType;
}

class Clashes {
  /** The new keys of fields whose key is also used for fields of other types. */
  readonly separated = new Map<FieldNode, TypedKey>();
  readonly #schema: GraphQLSchema;
  /** The interfaces that are interface objects, and the wider interfaces that they implement. */
  readonly #objects: ReadonlySet<string>;
  readonly #fragments: Fragments;
  #steps = 0;

  constructor(document: DocumentNode, schema: GraphQLSchema, interfaceObjects: Iterable<string>) {
    this.#schema = schema;
    this.#objects = new Set([...interfaceObjects].flatMap((name) => [name, ...widerInterfaces(schema, name)]));
    this.#fragments = fragmentsByName(document);
  }

  get isTooLarge(): boolean {
    return this.#steps > maxSteps;
  }

  /** Finds clashes in the selections at one place of the response, and below it. */
  find(sets: readonly TypedSet[]): void {
    const atObject = sets.some(({ type }) => this.#objects.has(type.name));
    for (const [key, fields] of this.#byKey(sets)) {
      const byType = fieldsByType(fields);
      const clash = atObject && this.#isClash([...byType.values()]);
      if (clash) this.#separate(key, fields);
      // Elsewhere the planner handles the types correctly.
      const together = clash || !atObject ? [...byType.values()] : [fields];
      for (const each of together) this.#findBelow(each);
    }
  }

  #findBelow(fields: readonly TypedField[]): void {
    const below = this.#below(fields);
    if (below.length > 0) this.find(below);
  }

  #separate(key: string, fields: readonly TypedField[]): void {
    for (const { node, type } of fields) {
      if (!isObjectType(type)) continue;
      this.separated.set(node, { name: `${key}__apart_${type.name}`, type: type.name });
    }
  }

  /** Whether fields that share a key differ between types, or have different selections below. @param groups the fields by type */
  #isClash(groups: readonly (readonly TypedField[])[]): boolean {
    if (groups.length < 2 || this.isTooLarge) return false;
    if (new Set(groups.flatMap((fields) => fields.map(({ node }) => signature(node)))).size > 1) return true;
    const below = groups.map((fields) => this.#byKey(this.#below(fields)));
    const keys = new Set(below.flatMap((byKey) => [...byKey.keys()]));
    return [...keys].some((key) =>
      this.#isClash(below.flatMap((byKey) => [byKey.get(key) ?? []]).filter((fields) => fields.length > 0)),
    );
  }

  #byKey(sets: readonly TypedSet[]): Map<string, TypedField[]> {
    return Map.groupBy(
      sets.flatMap((typed) => this.#fieldsIn(typed)),
      ({ node }) => responseKey(node),
    );
  }

  #below(fields: readonly TypedField[]): TypedSet[] {
    return fields.flatMap(({ node, type }): TypedSet[] => {
      const definition = 'getFields' in type ? type.getFields()[node.name.value] : undefined;
      const target = definition && getNamedType(definition.type);
      return node.selectionSet && isCompositeType(target) ? [{ set: node.selectionSet, type: target }] : [];
    });
  }

  #fieldsIn({ set, type }: TypedSet): TypedField[] {
    return set.selections.flatMap((selection): TypedField[] => {
      if (++this.#steps > maxSteps) return [];
      if (selection.kind === Kind.FIELD) return [{ node: selection, type }];
      const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : this.#fragments.get(selection.name.value);
      if (!fragment) return [];
      const condition = fragment.typeCondition && this.#schema.getType(fragment.typeCondition.name.value);
      return this.#fieldsIn({ set: fragment.selectionSet, type: isCompositeType(condition) ? condition : type });
    });
  }
}

/** The fields that are selected on each object type. Fields selected on an interface count for all object types. */
function fieldsByType(fields: readonly TypedField[]): Map<string, readonly TypedField[]> {
  const ofTypes = Map.groupBy(fields, ({ type }) => (isObjectType(type) ? type.name : ''));
  const ofAll = ofTypes.get('') ?? [];
  if (ofTypes.size === 1) return ofTypes;
  ofTypes.delete('');
  return new Map([...ofTypes].map(([type, own]) => [type, [...ofAll, ...own]]));
}

function widerInterfaces(schema: GraphQLSchema, name: string): string[] {
  const type = schema.getType(name);
  return isInterfaceType(type) ? type.getInterfaces().map((wider) => wider.name) : [];
}

function signature({ name, arguments: given }: FieldNode): string {
  return `${name.value}(${given?.map((argument) => print(argument)).sort()})`;
}

/** Restores the client's keys in a plan. Where a key is in a path, its type becomes a type condition of the path. */
function withKeys(plan: QueryPlan, originals: ReadonlyMap<string, TypedKey>): QueryPlan {
  return mapFetches(plan, (fetch) => [restoreFetch(fetch, originals)], {
    target: (path) => restorePath(path, originals),
    query: (path) =>
      path.flatMap((element) => {
        const original = originals.get(element);
        return original ? [`... on ${original.type}`, original.name] : [element];
      }),
  });
}

function restoreFetch(fetch: FetchNode, originals: ReadonlyMap<string, TypedKey>): FetchNode {
  const restored = visit(parse(fetch.operation, { noLocation: true }), {
    Field: (node): FieldNode | undefined => {
      const original = originals.get(node.alias?.value ?? '');
      if (!original) return undefined;
      const { name } = original;
      return { ...node, alias: name === node.name.value ? undefined : { kind: Kind.NAME, value: name } };
    },
  });
  return { ...fetch, operation: stripIgnoredCharacters(print(restored)) };
}

/** `['things', '@', 'key']` with a key of one type becomes `['things', '@|[Type]', 'original']`. */
function restorePath(path: ResponsePath, originals: ReadonlyMap<string, TypedKey>): ResponsePath {
  const restored: string[] = [];
  for (const element of path.map(String)) {
    const [key = '', ...types] = element.split('|');
    const original = originals.get(key);
    if (original && restored.length > 0) restored.push(`${withoutTypes(restored.pop()!)}|[${original.type}]`);
    restored.push([original?.name ?? key, ...types].join('|'));
  }
  return restored;
}
