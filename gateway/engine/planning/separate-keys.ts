import type { FetchNode, QueryPlan, ResponsePath } from '@apollo/query-planner';
import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  Kind,
  parse,
  print,
  type SelectionSetNode,
  stripIgnoredCharacters,
  visit,
} from 'graphql';
import { mapFetches } from './map-fetches.ts';
import { responseKey } from './response-keys.ts';
import type { PlannedGraph } from './separate-types.ts';

/** A document for the planner in which fields that are told apart by their types only have keys of their own. */
export interface SeparatedKeys {
  readonly document: DocumentNode;
  /** The plan with the client's keys. */
  readonly restore: (plan: QueryPlan) => QueryPlan;
}

/** Fragments within fragments can select very much in few words; such a document is left as it is. */
const maxSteps = 20_000;

/**
 * Types of an interface may use one key for different fields, `{ ... on Ship { x: name } ... on Truck { x: plate } }`. To a subgraph that knows the
 * interface as an object they are fields of one type, and the planner forgets one of them.
 */
export function separateKeys(
  document: DocumentNode,
  { schema, interfaceObjects }: Pick<PlannedGraph, 'schema' | 'interfaceObjects'>,
): SeparatedKeys {
  if (interfaceObjects.size === 0) return { document, restore: (plan) => plan };
  const clashes = new Clashes(document, schema, (type) => interfaceObjects.has(type));
  for (const node of document.definitions) {
    const root = node.kind === Kind.OPERATION_DEFINITION && schema.getRootType(node.operation);
    if (root) clashes.find([{ set: node.selectionSet, type: root }], false);
  }
  const { keys } = clashes;
  if (keys.size === 0 || clashes.isTooLarge) return { document, restore: (plan) => plan };
  const original = new Map([...keys].map(([field, key]) => [key, responseKey(field)]));
  const separated = visit(document, {
    Field: {
      // The node that was found is the one before its own selections are replaced.
      enter: (node): FieldNode | undefined => {
        const key = keys.get(node);
        return key === undefined ? undefined : { ...node, alias: { kind: Kind.NAME, value: key } };
      },
    },
  });
  return { document: separated, restore: (plan) => withKeys(plan, original) };
}

/** A selection on objects of a type. */
interface TypedSet {
  readonly set: SelectionSetNode;
  readonly type: GraphQLCompositeType;
}
interface TypedField {
  readonly node: FieldNode;
  readonly type: GraphQLCompositeType;
}

class Clashes {
  /** The keys of fields that share theirs with others. */
  readonly keys = new Map<FieldNode, string>();
  readonly #schema: GraphQLSchema;
  readonly #isObject: (type: string) => boolean;
  readonly #fragments = new Map<string, FragmentDefinitionNode>();
  readonly #numbers = new Map<string, number>();
  #steps = 0;

  constructor(document: DocumentNode, schema: GraphQLSchema, isObject: (type: string) => boolean) {
    this.#schema = schema;
    this.#isObject = isObject;
    for (const node of document.definitions) {
      if (node.kind === Kind.FRAGMENT_DEFINITION) this.#fragments.set(node.name.value, node);
    }
  }

  get isTooLarge(): boolean {
    return this.#steps > maxSteps;
  }

  /** Looks at selections that meet at one place of the response. */
  find(sets: readonly TypedSet[], atObject: boolean): void {
    const fields = sets.flatMap((typed) => this.#fieldsIn(typed));
    for (const [key, same] of Map.groupBy(fields, ({ node }) => responseKey(node))) {
      const kinds = Map.groupBy(same, ({ node }) => signature(node));
      for (const [kind, nodes] of kinds) {
        if (atObject && kinds.size > 1) this.#rename(nodes, key, kind);
        this.#findBelow(nodes);
      }
    }
  }

  #findBelow(fields: readonly TypedField[]): void {
    const below = fields.flatMap(({ node, type }): TypedSet[] => {
      const definition = 'getFields' in type ? type.getFields()[node.name.value] : undefined;
      const target = definition && getNamedType(definition.type);
      return node.selectionSet && isCompositeType(target) ? [{ set: node.selectionSet, type: target }] : [];
    });
    if (below.length > 0)
      this.find(
        below,
        below.some(({ type }) => this.#isObject(type.name)),
      );
  }

  #rename(fields: readonly TypedField[], key: string, kind: string): void {
    const number = this.#numbers.get(kind) ?? this.#numbers.size;
    this.#numbers.set(kind, number);
    for (const { node } of fields) this.keys.set(node, `${key}__apart_${number}`);
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

function signature({ name, arguments: given }: FieldNode): string {
  return `${name.value}(${given?.map((argument) => print(argument)).sort()})`;
}

function withKeys(plan: QueryPlan, original: ReadonlyMap<string, string>): QueryPlan {
  const restorePath = (path: ResponsePath): ResponsePath =>
    path.map((element) => restoreElement(String(element), original));
  return mapFetches(plan, (fetch) => [restoreFetch(fetch, original)], restorePath);
}

function restoreFetch(fetch: FetchNode, original: ReadonlyMap<string, string>): FetchNode {
  const restored = visit(parse(fetch.operation, { noLocation: true }), {
    Field: (node): FieldNode | undefined => {
      const key = original.get(node.alias?.value ?? '');
      if (key === undefined) return undefined;
      return { ...node, alias: key === node.name.value ? undefined : { kind: Kind.NAME, value: key } };
    },
  });
  return { ...fetch, operation: stripIgnoredCharacters(print(restored)) };
}

/** `key`, or `key|[Type]`. */
function restoreElement(element: string, original: ReadonlyMap<string, string>): string {
  const [key = '', ...types] = element.split('|');
  return [original.get(key) ?? key, ...types].join('|');
}
