import type { DeferNode, PlanNode } from '@apollo/query-planner';
import type { Conditions } from '../document/conditions.ts';

/** One delivery of a deferred response. */
export interface DeferredPart {
  /** The delivery that must be out before this one; undefined for the initial response. */
  readonly after: DeferredPart | undefined;
  /** Which fragment of the labelled document it delivers. */
  readonly label: string | undefined;
  /** Keys of the planner's data to the objects it adds to, without list items; `... on Type` narrows them. */
  readonly path: readonly string[];
  readonly node: PlanNode | undefined;
}

export interface SplitPlan {
  readonly primary: PlanNode | undefined;
  /** In an order in which each part stands behind the one it waits for. */
  readonly parts: readonly DeferredPart[];
}

/** Takes a plan apart along its Defer nodes, which the planner puts at its top, below conditions only. */
export function splitPlan(plan: PlanNode | undefined, conditions: Conditions): SplitPlan {
  const node = underConditions(plan, conditions);
  if (node?.kind !== 'Defer') return { primary: node, parts: [] };
  return { primary: node.primary.node, parts: partsOf(node, undefined, conditions) };
}

function partsOf({ deferred }: DeferNode, after: DeferredPart | undefined, conditions: Conditions): DeferredPart[] {
  return deferred.flatMap(({ label, queryPath: path, node }): DeferredPart[] => {
    const inner = underConditions(node, conditions);
    if (inner?.kind !== 'Defer') return [{ after, label, path, node: inner }];
    const part = { after, label, path, node: inner.primary.node };
    return [part, ...partsOf(inner, part, conditions)];
  });
}

function underConditions(node: PlanNode | undefined, conditions: Conditions): PlanNode | undefined {
  let inner = node;
  while (inner?.kind === 'Condition') inner = conditions[inner.condition] ? inner.ifClause : inner.elseClause;
  return inner;
}
