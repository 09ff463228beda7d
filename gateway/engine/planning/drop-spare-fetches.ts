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

/** A fetch of entities, parallel to others at its place. */
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
 * Takes fetches out of a plan whose fields can all be had from fetches that are made at the same time for the same objects. The planner makes
 * them where there are more ways to plan an operation than it may compare.
 */
export function dropSpareFetches(plan: QueryPlan, graph: PlannedGraph): QueryPlan {
  const { node } = plan;
  if (!node || node.kind === 'Subscription') return plan;
  return { ...plan, node: reduced(node) };

  function reduced(part: PlanNode): PlanNode {
    switch (part.kind) {
      case 'Sequence':
        return { ...part, nodes: part.nodes.map(reduced) };
      case 'Parallel': {
        const nodes = withoutSpare(part.nodes.map(reduced), graph);
        return nodes.length === 1 ? nodes[0]! : { ...part, nodes };
      }
      default:
        return part;
    }
  }
}

function withoutSpare(nodes: readonly PlanNode[], graph: PlannedGraph): PlanNode[] {
  let left = [...nodes];
  for (const spare of nodes) {
    const moved = entityFetch(spare);
    if (!moved) continue;
    const others = left.filter((node) => node !== spare);
    const taken = takenOver(moved, others, graph);
    if (taken) left = taken;
  }
  return left;
}

/** The other fetches with the fields of one; undefined when they can't take all of them. */
function takenOver(moved: EntityFetch, others: readonly PlanNode[], graph: PlannedGraph): PlanNode[] | undefined {
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
    nodes[index] = withField(entityFetch(nodes[index]!)!, field, moved);
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

/** Whether the subgraph of another fetch answers a field, and can be asked for its objects by what is known of them. */
function canTake(
  { fetch, document }: EntityFetch,
  { type, node }: EntityField,
  moved: EntityFetch,
  { answering, requiredBy, keysOf }: PlannedGraph,
): boolean {
  const { serviceName } = fetch;
  const coordinate = `${type}.${node.name.value}`;
  if (!answering.get(coordinate)?.has(serviceName) || requiredBy.has(`${serviceName}/${coordinate}`)) return false;
  const keys = keysOf.get(`${serviceName}/${type}`) ?? [];
  const known = requiredOn(moved.fetch.requires ?? [], type);
  if (!keys.some((key) => covers(known, planSelections(key)))) return false;
  // Of this type nothing else may be demanded: an object that lacks it would get nothing at all.
  let isFree = true;
  forEachEntityField(document, (other, asked) => {
    if (other === type && requiredBy.has(`${serviceName}/${type}.${asked.name.value}`)) isFree = false;
  });
  return isFree;
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
  const isAsked = covers(requiredOn(requires, type), selections);
  return {
    ...flatten,
    node: {
      ...fetch,
      operation: stripIgnoredCharacters(print(extended)),
      requires: isAsked ? requires : [...requires, { kind: 'InlineFragment', typeCondition: type, selections }],
    },
  };
}
