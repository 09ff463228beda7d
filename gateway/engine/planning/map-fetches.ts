import type { FetchNode, PlanNode, QueryPlan, ResponsePath } from '@apollo/query-planner';

export interface PathMaps {
  /** Maps paths to the targets of fetches: `['ships', '@|[Tug]', 'port']`. */
  readonly target?: (path: ResponsePath) => ResponsePath;
  /** Maps paths to deferred fragments: `['ships', '... on Tug', 'port']`. */
  readonly query?: (path: readonly string[]) => string[];
}

/**
 * Replaces each fetch of a plan by one or more fetches.
 * @param map also gets the path of the fetch's targets
 */
export function mapFetches(
  plan: QueryPlan,
  map: (fetch: FetchNode, path: ResponsePath) => FetchNode[],
  mapPaths: PathMaps = {},
): QueryPlan {
  const { node } = plan;
  if (!node) return plan;
  if (node.kind !== 'Subscription') return { ...plan, node: mapNode(node, []) };
  // The primary fetch of a subscription stays a single one: it is the source of the events.
  const [primary = node.primary] = map(node.primary, []);
  return { ...plan, node: { ...node, primary, rest: node.rest && mapNode(node.rest, []) } };

  function mapNode(part: PlanNode, path: ResponsePath): PlanNode {
    switch (part.kind) {
      case 'Sequence':
      case 'Parallel':
        return { ...part, nodes: part.nodes.map((inner) => mapNode(inner, path)) };
      case 'Flatten':
        return {
          ...part,
          path: mapPaths.target?.(part.path) ?? part.path,
          node: mapNode(part.node, [...path, ...part.path]),
        };
      case 'Condition':
        return {
          ...part,
          ifClause: part.ifClause && mapNode(part.ifClause, path),
          elseClause: part.elseClause && mapNode(part.elseClause, path),
        };
      case 'Defer':
        return {
          ...part,
          primary: { ...part.primary, node: part.primary.node && mapNode(part.primary.node, path) },
          deferred: part.deferred.map((later) => ({
            ...later,
            queryPath: mapPaths.query?.(later.queryPath) ?? later.queryPath,
            node: later.node && mapNode(later.node, path),
          })),
        };
      case 'Fetch': {
        const nodes = map(part, path);
        return nodes.length === 1 ? nodes[0]! : { kind: 'Parallel', nodes };
      }
    }
  }
}
