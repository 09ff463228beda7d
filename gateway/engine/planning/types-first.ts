import type { FetchNode, PlanNode, QueryPlan, ResponsePath } from '@apollo/query-planner';
import { withoutTypes } from './response-keys.ts';

/** What a fetch has to do with the types of the objects at its place. */
export type TypeRole = 'finds' | 'needs' | undefined;

/** Places where fetches find the types of objects, or need them, as keys of the response. */
interface Roles {
  readonly finds: ReadonlySet<string>;
  readonly needs: ReadonlySet<string>;
}

/** A plan in which fetches that need to know the types of objects come after parallel ones that find them. */
export function typesFirst(plan: QueryPlan, roleOf: (fetch: FetchNode) => TypeRole): QueryPlan {
  const { node } = plan;
  if (!node) return plan;
  if (node.kind !== 'Subscription') return { ...plan, node: ordered(node, []) };
  return { ...plan, node: { ...node, rest: node.rest && ordered(node.rest, []) } };

  function ordered(part: PlanNode, path: ResponsePath): PlanNode {
    const inner = (child: PlanNode) => ordered(child, path);
    switch (part.kind) {
      case 'Sequence':
        return { ...part, nodes: part.nodes.map(inner) };
      case 'Parallel':
        return inOrder(part.nodes.map(inner), path);
      case 'Flatten':
        return { ...part, node: ordered(part.node, [...path, ...part.path]) };
      case 'Condition': {
        const { ifClause, elseClause } = part;
        return { ...part, ifClause: ifClause && inner(ifClause), elseClause: elseClause && inner(elseClause) };
      }
      case 'Defer': {
        const { primary, deferred } = part;
        return {
          ...part,
          primary: { ...primary, node: primary.node && inner(primary.node) },
          deferred: deferred.map((later) => ({ ...later, node: later.node && inner(later.node) })),
        };
      }
      case 'Fetch':
        return part;
    }
  }

  function inOrder(nodes: PlanNode[], path: ResponsePath): PlanNode {
    const roles = nodes.map((node) => rolesIn(node, path));
    const waits = nodes.map((_, index) =>
      [...roles[index]!.needs].some((place) => roles.some((other, at) => at !== index && other.finds.has(place))),
    );
    const first = nodes.filter((_, index) => !waits[index]);
    const then = nodes.filter((_, index) => waits[index]);
    if (first.length === 0 || then.length === 0) return { kind: 'Parallel', nodes };
    return { kind: 'Sequence', nodes: [first, then].map((part) => ({ kind: 'Parallel', nodes: part })) };
  }

  /** What stands in a part of a plan; needs that are met within it don't count. */
  function rolesIn(part: PlanNode, path: ResponsePath): Roles {
    switch (part.kind) {
      case 'Fetch': {
        const role = part.requires && roleOf(part);
        const place = new Set([path.map(withoutTypes).join('.')]);
        return { finds: role === 'finds' ? place : none, needs: role === 'needs' ? place : none };
      }
      case 'Flatten':
        return rolesIn(part.node, [...path, ...part.path]);
      case 'Sequence': {
        const finds = new Set<string>();
        const needs = new Set<string>();
        for (const roles of part.nodes.map((node) => rolesIn(node, path))) {
          for (const place of roles.needs) if (!finds.has(place)) needs.add(place);
          for (const place of roles.finds) finds.add(place);
        }
        return { finds, needs };
      }
      case 'Parallel':
        return union(part.nodes.map((node) => rolesIn(node, path)));
      case 'Condition':
        return union([part.ifClause, part.elseClause].flatMap((node) => (node ? [rolesIn(node, path)] : [])));
      case 'Defer':
        return { finds: none, needs: none };
    }
  }
}

const none: ReadonlySet<string> = new Set();

function union(roles: readonly Roles[]): Roles {
  return {
    finds: new Set(roles.flatMap(({ finds }) => [...finds])),
    needs: new Set(roles.flatMap(({ needs }) => [...needs])),
  };
}
