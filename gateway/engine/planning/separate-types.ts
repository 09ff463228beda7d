import type {
  FetchDataRewrite,
  FetchNode,
  QueryPlan,
  QueryPlanSelectionNode,
  ResponsePath,
} from '@apollo/query-planner';
import { type DocumentNode, type FieldNode, type GraphQLSchema, getOperationAST, type SelectionSetNode } from 'graphql';
import { responseKey } from '../document/response-keys.ts';
import type { CorrectedSupergraph } from '../supergraph/corrections.ts';
import type { FieldSubgraphs } from '../supergraph/field-subgraphs.ts';
import type { InterfaceObjects } from '../supergraph/interface-objects.ts';
import { covers, fieldsByKey, planSelections } from '../supergraph/required-selections.ts';
import { type ClientSelection, ClientSelections, directiveTexts, TooManySelections } from './client-selections.ts';
import { forEachEntityField, parseEntityFetch, withEntityFields } from './entity-fields.ts';
import { mapFetches } from './map-fetches.ts';
import { type TypeRole, typesFirst } from './types-first.ts';

/** The supergraph that a plan was made for. */
export interface PlannedGraph extends Pick<CorrectedSupergraph, 'requiredBy' | 'keysOf'> {
  /** All types of the supergraph, inaccessible ones included. */
  readonly schema: GraphQLSchema;
  readonly interfaceObjects: InterfaceObjects;
  /** The subgraphs that can resolve a field, by `Type.field`. */
  readonly fieldSubgraphs: FieldSubgraphs;
}

/**
 * Splits fetches to a subgraph that knows an interface as an object, so that each object type gets its own fetch. Such a subgraph doesn't know the
 * object types. The planner therefore selects the fields of all types in one fetch, and that fetch requires of each object the requirements of all
 * fields: `{ accounts { balance ... on Admin { badge } } }` would get no balance for accounts that aren't admins.
 */
export function separateTypes(
  plan: QueryPlan,
  client: DocumentNode,
  operationName: string | undefined,
  graph: PlannedGraph,
): QueryPlan {
  const operation = getOperationAST(client, operationName);
  if (graph.interfaceObjects.size === 0 || !operation) return plan;
  const selections = new ClientSelections(client, graph.schema);
  const separation = new Separation(plan, operation.selectionSet, selections, graph);
  try {
    const separated = mapFetches(plan, (fetch, path) => separation.split(fetch, path));
    return typesFirst(separated, (fetch) => separation.findRole(fetch));
  } catch (error) {
    if (error instanceof TooManySelections) return plan;
    throw error;
  }
}

/** A field that a fetch selects on an interface object. */
interface SelectedField {
  readonly node: FieldNode;
  /** The directives of the field and of the fragments that contain it. */
  readonly conditions: readonly string[];
  readonly requires: readonly QueryPlanSelectionNode[];
}
/** Types for which the same fields are fetched, each with its key. */
interface TypeGroup {
  readonly fields: readonly SelectedField[];
  readonly keys: Map<string, readonly QueryPlanSelectionNode[]>;
}

const typename: QueryPlanSelectionNode = { kind: 'Field', name: '__typename' };

class Separation {
  readonly #root: SelectionSetNode;
  readonly #client: ClientSelections;
  readonly #graph: PlannedGraph;
  /** Names of fields that other fetches may need. */
  readonly #needed = new Set<string>();

  constructor(plan: QueryPlan, root: SelectionSetNode, client: ClientSelections, graph: PlannedGraph) {
    this.#root = root;
    this.#client = client;
    this.#graph = graph;
    mapFetches(plan, (fetch) => {
      this.#addNeeded(fetch.requires ?? []);
      for (const { path } of fetch.contextRewrites ?? []) for (const name of path) this.#needed.add(name);
      return [fetch];
    });
  }

  #addNeeded(selections: readonly QueryPlanSelectionNode[]): void {
    for (const selection of selections) {
      if (selection.kind === 'Field') this.#needed.add(selection.name);
      this.#addNeeded(selection.selections ?? []);
    }
  }

  /** Returns the fetches that replace a fetch; the fetch itself when it needs no split. */
  split(fetch: FetchNode, path: ResponsePath): FetchNode[] {
    if (!fetch.requires) return [fetch];
    const document = parseEntityFetch(fetch);
    const selected = new Map<string, SelectedField[]>();
    const others: FieldNode[] = [];
    forEachEntityField(document, (type, node, directives) => {
      if (!this.#graph.interfaceObjects.get(type)?.has(fetch.serviceName)) others.push(node);
      else if (node.name.value !== '__typename') {
        const set = this.#graph.requiredBy.get(`${fetch.serviceName}/${type}.${node.name.value}`);
        selected.set(type, [
          ...(selected.get(type) ?? []),
          { node, requires: set ? planSelections(set) : [], conditions: directiveTexts(directives) },
        ]);
      }
    });
    if (selected.size === 0) return [fetch];
    const parts = [...selected].flatMap(([type, fields]) => {
      const groups = this.#groups(fetch, type, fields, path);
      return groups.map((group) => ({
        ...withEntityFields(fetch, document, (node) => group.fields.some((field) => field.node === node)),
        requires: buildRequires(group, type),
        inputRewrites: buildRewrites(group, type, fetch.inputRewrites ?? []),
      }));
    });
    const rest = others.length > 0 ? [withEntityFields(fetch, document, (node) => others.includes(node))] : [];
    return [...rest, ...parts];
  }

  findRole(fetch: FetchNode): TypeRole {
    const { interfaceObjects } = this.#graph;
    const isObject = (type: string) => interfaceObjects.get(type)?.has(fetch.serviceName);
    const types = new Set<string>();
    const document = parseEntityFetch(fetch);
    forEachEntityField(document, (type) => types.add(type));
    if ([...types].some((type) => interfaceObjects.has(type) && !isObject(type))) return 'finds';
    const narrowed = fetch.requires?.some(
      (selection) => selection.kind === 'InlineFragment' && !interfaceObjects.has(selection.typeCondition ?? ''),
    );
    return narrowed && [...types].some(isObject) ? 'needs' : undefined;
  }

  #groups(fetch: FetchNode, type: string, fields: readonly SelectedField[], path: ResponsePath): TypeGroup[] {
    const selections = this.#client.at(this.#root, path);
    const types = [type, ...this.#client.possibleTypes(type)];
    const selected = new Map(types.map((name) => [name, this.#selected(fields, selections, name)]));
    const forAll = new Set(
      fields.filter(
        (field) => this.#needed.has(responseKey(field.node)) || !types.some((name) => selected.get(name)?.has(field)),
      ),
    );
    const groups = new Map<string, TypeGroup>();
    let left = fields;
    for (const name of types) {
      const key = this.#keyOf(fetch, type, name, fields);
      const wanted = left.filter((field) => forAll.has(field) || selected.get(name)?.has(field));
      if (!key || wanted.length === 0) continue;
      const id = wanted.map((field) => fields.indexOf(field)).join();
      const group = groups.get(id) ?? { fields: wanted, keys: new Map() };
      groups.set(id, group);
      group.keys.set(name, key);
      // A group for the interface itself fetches its fields for all object types, so they need no further group.
      if (name === type) left = fields.filter((field) => !wanted.includes(field));
    }
    return [...groups.values()];
  }

  /** The fields that a client selects on a type. When a fetch selects one several times, the selection with the most of the client's conditions counts. */
  #selected(
    fields: readonly SelectedField[],
    at: readonly ClientSelection[],
    type: string,
  ): ReadonlySet<SelectedField> {
    const byKey = Map.groupBy(fields, ({ node }) => responseKey(node));
    const found = [...byKey].flatMap(([key, same]) =>
      this.#client.findConditions(at, type, key).flatMap((under) => {
        const fitting = same.filter(({ conditions }) => conditions.every((condition) => under.includes(condition)));
        const most = Math.max(...fitting.map(({ conditions }) => conditions.length));
        return fitting.filter(({ conditions }) => conditions.length === most);
      }),
    );
    return new Set(found);
  }

  /** The key with which the fetch identifies objects of a type; undefined when it fetches none. */
  #keyOf(
    fetch: FetchNode,
    type: string,
    name: string,
    fields: readonly SelectedField[],
  ): readonly QueryPlanSelectionNode[] | undefined {
    const requires = this.#requiresOn(fetch.requires ?? [], name);
    const required = new Set(fields.flatMap(({ requires }) => fieldsByKey(requires).map(([key]) => key)));
    const others = requires.filter((selection) => selection.kind !== 'Field' || !required.has(selection.name));
    const keys = (this.#graph.keysOf.get(`${fetch.serviceName}/${type}`) ?? []).map(planSelections);
    return keys.find((key) => covers(others, key)) ?? keys.find((key) => covers(requires, key));
  }

  /** The fields that a fetch requires of objects of a type. */
  #requiresOn(requires: readonly QueryPlanSelectionNode[], name: string): QueryPlanSelectionNode[] {
    return requires.flatMap((selection) => {
      if (selection.kind === 'Field') return [selection];
      const { typeCondition, selections } = selection;
      const applies = typeCondition === undefined || this.#client.satisfies(name, typeCondition);
      return applies ? this.#requiresOn(selections, name) : [];
    });
  }
}

/** The `requires` of a group: the key of each type, and the requirements of the fields. The latter are on the interface, as in the planner's fetch. */
function buildRequires({ fields, keys }: TypeGroup, type: string): QueryPlanSelectionNode[] {
  const required = fields.flatMap(({ requires }) => requires);
  return [
    ...[...keys].map(([typeCondition, selections]) => ({
      kind: 'InlineFragment' as const,
      typeCondition,
      selections: [typename, ...selections],
    })),
    ...(required.length > 0 ? [{ kind: 'InlineFragment' as const, typeCondition: type, selections: required }] : []),
  ];
}

/** The input rewrites of a group. They replace each `__typename` by the interface's name, the only one that the subgraph knows. */
function buildRewrites({ keys }: TypeGroup, type: string, rewrites: readonly FetchDataRewrite[]): FetchDataRewrite[] {
  const others = rewrites.filter(({ path }) => path.at(-1) !== '__typename');
  const names = [...keys.keys()].map(
    (name): FetchDataRewrite => ({ kind: 'ValueSetter', path: [`... on ${name}`, '__typename'], setValueTo: type }),
  );
  return [...others, ...names];
}
