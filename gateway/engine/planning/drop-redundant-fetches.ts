import type { FetchNode, FlattenNode, PlanNode, QueryPlan, QueryPlanSelectionNode } from '@apollo/query-planner';
import {
  type DocumentNode,
  type FieldNode,
  Kind,
  print,
  type SelectionSetNode,
  stripIgnoredCharacters,
  visit,
} from 'graphql';
import { covers, planSelections } from '../supergraph/required-selections.ts';
import { forEachEntityField, parseEntityFetch } from './entity-fields.ts';
import type { PlannedGraph } from './separate-types.ts';

/** A fetch of entities that runs in parallel with others at the same place. */
interface EntityFetch {
  readonly flatten: FlattenNode;
  readonly fetch: FetchNode;
  readonly document: DocumentNode;
}
interface EntityField {
  readonly type: string;
  readonly node: FieldNode;
}

/**
 * Removes a fetch from a plan when parallel fetches for the same objects can take over all of its fields. The planner makes such fetches when an
 * operation has more candidate plans than it may compare.
 */
export function dropRedundantFetches(plan: QueryPlan, graph: PlannedGraph): QueryPlan {
  const { node } = plan;
  if (!node || node.kind === 'Subscription') return plan;
  return { ...plan, node: reduce(node) };

  function reduce(part: PlanNode): PlanNode {
    switch (part.kind) {
      case 'Sequence':
        return { ...part, nodes: part.nodes.map(reduce) };
      case 'Parallel': {
        const nodes = withoutRedundant(part.nodes.map(reduce), graph);
        return nodes.length === 1 ? nodes[0]! : { ...part, nodes };
      }
      default:
        return part;
    }
  }
}

function withoutRedundant(nodes: readonly PlanNode[], graph: PlannedGraph): PlanNode[] {
  let left = [...nodes];
  for (const candidate of nodes) {
    const moved = entityFetch(candidate);
    if (!moved) continue;
    const others = left.filter((node) => node !== candidate);
    const taken = takeOver(moved, others, graph);
    if (taken) left = taken;
  }
  return left;
}

/** The other nodes after they took over the fields of a fetch; undefined when they can't take over all of them. */
function takeOver(moved: EntityFetch, others: readonly PlanNode[], graph: PlannedGraph): PlanNode[] | undefined {
  const fields: EntityField[] = [];
  let isMovable = true;
  forEachEntityField(moved.document, (type, node, directives) => {
    const isPlain = !node.selectionSet && !node.arguments?.length && directives.length === 0;
    isMovable &&= isPlain;
    fields.push({ type, node });
  });
  if (!isMovable) return undefined;
  const nodes = [...others];
  for (const field of fields) {
    const index = nodes.findIndex((node) => {
      const other = entityFetch(node);
      return other && isSamePlace(other, moved) && canTake(other, field, moved, graph);
    });
    if (index < 0) return undefined;
    nodes[index] = withField(entityFetch(nodes[index]!)!, field, moved); // found above
  }
  return nodes;
}

function entityFetch(node: PlanNode): EntityFetch | undefined {
  if (node.kind !== 'Flatten' || node.node.kind !== 'Fetch') return undefined;
  const { node: fetch } = node;
  const isRewritten = [fetch.inputRewrites, fetch.outputRewrites, fetch.contextRewrites].some((each) => each?.length);
  if (!fetch.requires || fetch.id !== undefined || isRewritten) return undefined;
  return { flatten: node, fetch, document: parseEntityFetch(fetch) };
}

function isSamePlace(left: EntityFetch, right: EntityFetch): boolean {
  return left.flatten.path.join('.') === right.flatten.path.join('.');
}

/** Whether the subgraph of another fetch can resolve a field, and the removed fetch's `requires` has a key of that subgraph. */
function canTake(
  { fetch, document }: EntityFetch,
  { type, node }: EntityField,
  moved: EntityFetch,
  { fieldSubgraphs, requiredBy, keysOf }: PlannedGraph,
): boolean {
  const { serviceName } = fetch;
  const coordinate = `${type}.${node.name.value}`;
  if (!fieldSubgraphs.get(coordinate)?.has(serviceName) || requiredBy.has(`${serviceName}/${coordinate}`)) return false;
  const keys = keysOf.get(`${serviceName}/${type}`) ?? [];
  const known = requiredOn(moved.fetch.requires ?? [], type);
  if (!keys.some((key) => covers(known, planSelections(key)))) return false;
  // The other fetch must not require further fields of this type: an object without them would not be fetched at all.
  let needsOnlyKey = true;
  forEachEntityField(document, (other, selected) => {
    if (other === type && requiredBy.has(`${serviceName}/${type}.${selected.name.value}`)) needsOnlyKey = false;
  });
  return needsOnlyKey;
}

function requiredOn(requires: readonly QueryPlanSelectionNode[], type: string): QueryPlanSelectionNode[] {
  return requires.flatMap((selection) =>
    selection.kind === 'InlineFragment' && selection.typeCondition === type ? selection.selections : [],
  );
}

function withField(
  { flatten, fetch, document }: EntityFetch,
  { type, node }: EntityField,
  moved: EntityFetch,
): PlanNode {
  const fragment = {
    kind: Kind.INLINE_FRAGMENT,
    typeCondition: { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: type } },
    selectionSet: { kind: Kind.SELECTION_SET, selections: [node] },
  } as const;
  const extended = visit(document, {
    Field: (field): FieldNode | false => {
      if (field.name.value !== '_entities' || !field.selectionSet) return false;
      const selectionSet: SelectionSetNode = {
        ...field.selectionSet,
        selections: [...field.selectionSet.selections, fragment],
      };
      return { ...field, selectionSet };
    },
  });
  const requires = fetch.requires ?? [];
  const selections = requiredOn(moved.fetch.requires ?? [], type);
  const isRequired = covers(requiredOn(requires, type), selections);
  return {
    ...flatten,
    node: {
      ...fetch,
      operation: stripIgnoredCharacters(print(extended)),
      requires: isRequired ? requires : [...requires, { kind: 'InlineFragment', typeCondition: type, selections }],
    },
  };
}
