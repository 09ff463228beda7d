import type {
  FetchDataRewrite,
  FetchNode,
  QueryPlan,
  QueryPlanSelectionNode,
  ResponsePath,
} from '@apollo/query-planner';
import { type DocumentNode, type FieldNode, type GraphQLSchema, getOperationAST, type SelectionSetNode } from 'graphql';
import { responseKey } from '../document/response-keys.ts';
import type { Answering } from '../supergraph/answering.ts';
import type { CorrectedSupergraph } from '../supergraph/corrections.ts';
import type { InterfaceObjects } from '../supergraph/interface-objects.ts';
import { covers, fieldsByKey, planSelections } from '../supergraph/required-selections.ts';
import { type ClientSelection, ClientSelections, directiveTexts, TooManySelections } from './client-selections.ts';
import { forEachEntityField, parseEntityFetch, withEntityFields } from './entity-fields.ts';
import { mapFetches } from './map-fetches.ts';
import { type TypeRole, typesFirst } from './types-first.ts';

/** What is known of the supergraph that a plan was made for. */
export interface PlannedGraph extends Pick<CorrectedSupergraph, 'requiredBy' | 'keysOf'> {
  /** All types of the supergraph, inaccessible ones included. */
  readonly schema: GraphQLSchema;
  readonly interfaceObjects: InterfaceObjects;
  /** The subgraphs that answer a field, by `Type.field`. */
  readonly answering: Answering;
}

/**
 * Fetches apart what the types of an interface need of a subgraph that knows the interface as an object. Such a subgraph can't tell the types
 * apart, so the planner asks it for the fields of all of them at once, and demands of each what the fields of any require:
 * `{ accounts { balance ... on Admin { badge } } }` would get no balance of those that aren't admins.
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
    return typesFirst(separated, (fetch) => separation.roleOf(fetch));
  } catch (error) {
    if (error instanceof TooManySelections) return plan;
    throw error;
  }
}

/** A field that a fetch asks of an interface object. */
interface AskedField {
  readonly node: FieldNode;
  /** The directives under which it is asked for. */
  readonly conditions: readonly string[];
  readonly requires: readonly QueryPlanSelectionNode[];
}
/** Object types that are asked for the same fields. */
interface TypeGroup {
  readonly fields: readonly AskedField[];
  readonly keys: Map<string, readonly QueryPlanSelectionNode[]>;
}

const typename: QueryPlanSelectionNode = { kind: 'Field', name: '__typename' };

class Separation {
  readonly #root: SelectionSetNode;
  readonly #client: ClientSelections;
  readonly #graph: PlannedGraph;
  /** Keys of fields that the planner may need for other fetches. */
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

  /** The fetch, or several in its place. */
  split(fetch: FetchNode, path: ResponsePath): FetchNode[] {
    if (!fetch.requires) return [fetch];
    const document = parseEntityFetch(fetch);
    const asked = new Map<string, AskedField[]>();
    const others: FieldNode[] = [];
    forEachEntityField(document, (type, node, directives) => {
      if (!this.#graph.interfaceObjects.get(type)?.has(fetch.serviceName)) others.push(node);
      else if (node.name.value !== '__typename') {
        const set = this.#graph.requiredBy.get(`${fetch.serviceName}/${type}.${node.name.value}`);
        asked.set(type, [
          ...(asked.get(type) ?? []),
          { node, requires: set ? planSelections(set) : [], conditions: directiveTexts(directives) },
        ]);
      }
    });
    if (asked.size === 0) return [fetch];
    const parts = [...asked].flatMap(([type, fields]) => {
      const groups = this.#groups(fetch, type, fields, path);
      return groups.map((group) => ({
        ...withEntityFields(fetch, document, (node) => group.fields.some((field) => field.node === node)),
        requires: requiresOf(group, type),
        inputRewrites: rewritesOf(group, type, fetch.inputRewrites ?? []),
      }));
    });
    const rest = others.length > 0 ? [withEntityFields(fetch, document, (node) => others.includes(node))] : [];
    return [...rest, ...parts];
  }

  roleOf(fetch: FetchNode): TypeRole {
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

  #groups(fetch: FetchNode, type: string, fields: readonly AskedField[], path: ResponsePath): TypeGroup[] {
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
      // What the interface as such is asked for, its types are asked for at the same time.
      if (name === type) left = fields.filter((field) => !wanted.includes(field));
    }
    return [...groups.values()];
  }

  /** The fields that a client selects of a type: where one is asked for several times, the one under as many of the client's conditions as any. */
  #selected(fields: readonly AskedField[], at: readonly ClientSelection[], type: string): ReadonlySet<AskedField> {
    const byKey = Map.groupBy(fields, ({ node }) => responseKey(node));
    const found = [...byKey].flatMap(([key, same]) =>
      this.#client.conditionsOf(at, type, key).flatMap((under) => {
        const fitting = same.filter(({ conditions }) => conditions.every((condition) => under.includes(condition)));
        const most = Math.max(...fitting.map(({ conditions }) => conditions.length));
        return fitting.filter(({ conditions }) => conditions.length === most);
      }),
    );
    return new Set(found);
  }

  /** The key by which the fetch asks for objects of a type; undefined when it asks for none. */
  #keyOf(
    fetch: FetchNode,
    type: string,
    name: string,
    fields: readonly AskedField[],
  ): readonly QueryPlanSelectionNode[] | undefined {
    const demanded = this.#demanded(fetch.requires ?? [], name);
    const required = new Set(fields.flatMap(({ requires }) => fieldsByKey(requires).map(([key]) => key)));
    const others = demanded.filter((selection) => selection.kind !== 'Field' || !required.has(selection.name));
    const keys = (this.#graph.keysOf.get(`${fetch.serviceName}/${type}`) ?? []).map(planSelections);
    return keys.find((key) => covers(others, key)) ?? keys.find((key) => covers(demanded, key));
  }

  /** The fields that a fetch demands of objects of a type. */
  #demanded(requires: readonly QueryPlanSelectionNode[], name: string): QueryPlanSelectionNode[] {
    return requires.flatMap((selection) => {
      if (selection.kind === 'Field') return [selection];
      const { typeCondition, selections } = selection;
      const applies = typeCondition === undefined || this.#client.satisfies(name, typeCondition);
      return applies ? this.#demanded(selections, name) : [];
    });
  }
}

/** What fields require stands on the interface, as the planner has it. */
function requiresOf({ fields, keys }: TypeGroup, type: string): QueryPlanSelectionNode[] {
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

/** The subgraph knows objects of all types by the interface's name only. */
function rewritesOf({ keys }: TypeGroup, type: string, rewrites: readonly FetchDataRewrite[]): FetchDataRewrite[] {
  const others = rewrites.filter(({ path }) => path.at(-1) !== '__typename');
  const names = [...keys.keys()].map(
    (name): FetchDataRewrite => ({ kind: 'ValueSetter', path: [`... on ${name}`, '__typename'], setValueTo: type }),
  );
  return [...others, ...names];
}
