import type { DeferNode, PlanNode } from '@apollo/query-planner';
import type { Conditions } from '../document/conditions.ts';

/** One delivery of a deferred response. */
export interface DeferredPart {
  /** The part that must be delivered before this one; undefined when that is the initial response. */
  readonly after: DeferredPart | undefined;
  /** The label of its fragment in the labelled document. */
  readonly label: string | undefined;
  /** The path to the objects that it adds to: keys of the planner's data and `... on Type`, without list items. */
  readonly path: readonly string[];
  readonly node: PlanNode | undefined;
}

export interface SplitPlan {
  readonly primary: PlanNode | undefined;
  /** Ordered so that each part comes after the one that it waits for. */
  readonly parts: readonly DeferredPart[];
}

/** Splits a plan at its Defer nodes. The planner puts them at the top of the plan; only Condition nodes may be above them. */
export function splitPlan(plan: PlanNode | undefined, conditions: Conditions): SplitPlan {
  const node = underConditions(plan, conditions);
  if (node?.kind !== 'Defer') return { primary: node, parts: [] };
  return { primary: node.primary.node, parts: collectParts(node, undefined, conditions) };
}

function collectParts(
  { deferred }: DeferNode,
  after: DeferredPart | undefined,
  conditions: Conditions,
): DeferredPart[] {
  return deferred.flatMap(({ label, queryPath: path, node }): DeferredPart[] => {
    const inner = underConditions(node, conditions);
    if (inner?.kind !== 'Defer') return [{ after, label, path, node: inner }];
    const part = { after, label, path, node: inner.primary.node };
    return [part, ...collectParts(inner, part, conditions)];
  });
}

function underConditions(node: PlanNode | undefined, conditions: Conditions): PlanNode | undefined {
  let inner = node;
  while (inner?.kind === 'Condition') inner = conditions[inner.condition] ? inner.ifClause : inner.elseClause;
  return inner;
}
