import type { FetchNode, PlanNode, QueryPlan, ResponsePath } from '@apollo/query-planner';
import { withoutTypes } from '../document/response-keys.ts';

/** Whether a fetch finds the types of the objects at its place, or needs to know them. */
export type TypeRole = 'finds' | 'needs' | undefined;

/** The places at which fetches find the types of objects, or need them, as paths of response keys. */
interface Roles {
  readonly finds: ReadonlySet<string>;
  readonly needs: ReadonlySet<string>;
}

/** Reorders a plan so that fetches that need the types of objects come after fetches that find them. */
export function typesFirst(plan: QueryPlan, roleOf: (fetch: FetchNode) => TypeRole): QueryPlan {
  const { node } = plan;
  if (!node) return plan;
  if (node.kind !== 'Subscription') return { ...plan, node: order(node, []) };
  return { ...plan, node: { ...node, rest: node.rest && order(node.rest, []) } };

  function order(part: PlanNode, path: ResponsePath): PlanNode {
    const inner = (child: PlanNode) => order(child, path);
    switch (part.kind) {
      case 'Sequence':
        return { ...part, nodes: withDelays(part.nodes.map(inner), path) };
      case 'Parallel':
        return findsBeforeNeeds(part.nodes.map(inner), path);
      case 'Flatten':
        return { ...part, node: order(part.node, [...path, ...part.path]) };
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

  function findsBeforeNeeds(nodes: PlanNode[], path: ResponsePath): PlanNode {
    const roles = nodes.map((node) => rolesIn(node, path));
    const waits = nodes.map((_, index) =>
      [...roles[index]!.needs].some((place) => roles.some((other, at) => at !== index && other.finds.has(place))),
    );
    const first = nodes.filter((_, index) => !waits[index]);
    const then = nodes.filter((_, index) => waits[index]);
    if (first.length === 0 || then.length === 0) return { kind: 'Parallel', nodes };
    return { kind: 'Sequence', nodes: [first, then].map((part) => ({ kind: 'Parallel', nodes: part })) };
  }

  /** The nodes of a sequence. A fetch that needs types is moved after the node that finds them. */
  function withDelays(nodes: readonly PlanNode[], path: ResponsePath): PlanNode[] {
    const roles = nodes.map((node) => rolesIn(node, path));
    const sequence: PlanNode[] = [];
    const delayed: { readonly node: PlanNode; readonly until: number }[] = [];
    for (const [index, node] of nodes.entries()) {
      const until = roles.findLastIndex(
        ({ finds }, at) => at > index && finds.intersection(roles[index]!.needs).size > 0,
      );
      const { now, later } = until < 0 ? { now: node, later: undefined } : divide(node, path, roles[until]!.finds);
      if (now) sequence.push(now);
      if (later) delayed.push({ node: later, until });
      sequence.push(...delayed.filter((each) => each.until === index).map((each) => each.node));
    }
    return sequence;
  }

  /** Divides a part of a plan: `later` has the fetches that need types at some places, with everything after them; `now` has the rest. */
  function divide(part: PlanNode, path: ResponsePath, places: ReadonlySet<string>): Divided {
    switch (part.kind) {
      case 'Fetch': {
        const needs = rolesIn(part, path).needs.intersection(places).size > 0;
        return needs ? { later: part } : { now: part };
      }
      case 'Sequence': {
        const parts = part.nodes.map((node) => divide(node, path, places));
        const first = parts.findIndex(({ later }) => later);
        if (first < 0) return { now: part };
        const now = [...part.nodes.slice(0, first), ...(parts[first]!.now ? [parts[first]!.now] : [])];
        return {
          now: joinNodes('Sequence', now),
          // `first` is the first part with something for later.
          later: joinNodes('Sequence', [parts[first]!.later!, ...part.nodes.slice(first + 1)]),
        };
      }
      case 'Parallel': {
        const parts = part.nodes.map((node) => divide(node, path, places));
        return {
          now: joinNodes(
            'Parallel',
            parts.flatMap(({ now }) => now ?? []),
          ),
          later: joinNodes(
            'Parallel',
            parts.flatMap(({ later }) => later ?? []),
          ),
        };
      }
      case 'Flatten': {
        const { now, later } = divide(part.node, [...path, ...part.path], places);
        return { now: now && { ...part, node: now }, later: later && { ...part, node: later } };
      }
      case 'Condition': {
        const [ifClause, elseClause] = [part.ifClause, part.elseClause].map(
          (node) => node && divide(node, path, places),
        );
        const clauses = (time: 'now' | 'later'): PlanNode | undefined =>
          ifClause?.[time] || elseClause?.[time]
            ? { ...part, ifClause: ifClause?.[time], elseClause: elseClause?.[time] }
            : undefined;
        return { now: clauses('now'), later: clauses('later') };
      }
      case 'Defer':
        return { now: part };
    }
  }

  /** The roles of the fetches in a part of a plan. Needs that are met inside the part don't count. */
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

/** A divided part of a plan: the nodes that may run now, and the nodes that must wait. */
interface Divided {
  readonly now?: PlanNode | undefined;
  readonly later?: PlanNode | undefined;
}

function joinNodes(kind: 'Sequence' | 'Parallel', nodes: PlanNode[]): PlanNode | undefined {
  return nodes.length > 1 ? { kind, nodes } : nodes[0];
}

const none: ReadonlySet<string> = new Set();

function union(roles: readonly Roles[]): Roles {
  return {
    finds: new Set(roles.flatMap(({ finds }) => [...finds])),
    needs: new Set(roles.flatMap(({ needs }) => [...needs])),
  };
}
