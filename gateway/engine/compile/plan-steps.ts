import type { FetchNode, PlanNode, ResponsePath } from '@apollo/query-planner';
import type { Conditions } from '../document/conditions.ts';
import type { SupergraphModel } from '../supergraph/model.ts';
import type { FetchStep } from './fetch-step.ts';
import { neededRequires } from './needed-requires.ts';
import type { PathTree } from './path-tree.ts';

/**
 * Lists the fetches of a plan under known values of its conditions. `after` follows the plan's sequences.
 * The plan must have no Defer node: `splitPlan` divides a plan at these nodes before.
 */
export function planSteps(
  plan: PlanNode | undefined,
  paths: PathTree,
  conditions: Conditions,
  model: Pick<SupergraphModel, 'requiredBy' | 'keysOf'>,
): FetchStep[] {
  const steps: FetchStep[] = [];
  if (plan) visit(plan, [], new Set());
  return steps;

  /** Returns the steps that the next node of a sequence has to wait for. */
  function visit(node: PlanNode, path: ResponsePath, before: ReadonlySet<FetchStep>): ReadonlySet<FetchStep> {
    switch (node.kind) {
      case 'Sequence':
        return node.nodes.reduce((previous, child) => visit(child, path, previous), before);
      case 'Parallel': {
        const ends = new Set(node.nodes.flatMap((child) => [...visit(child, path, before)]));
        return ends.size > 0 ? ends : before;
      }
      case 'Flatten':
        return visit(node.node, [...path, ...node.path], before);
      case 'Condition': {
        const branch = conditions[node.condition] ? node.ifClause : node.elseClause;
        return branch ? visit(branch, path, before) : before;
      }
      case 'Fetch': {
        const requires = node.requires && neededRequires(node, conditions, model);
        if (node.requires && !requires) return before;
        return new Set([
          addStep(requires === node.requires ? node : { ...node, requires: [...requires!] }, path, before), // returned above if there are none
        ]);
      }
      case 'Defer':
        throw new Error('a plan with a Defer node must be split first');
    }
  }

  function addStep(fetch: FetchNode, path: ResponsePath, after: ReadonlySet<FetchStep>): FetchStep {
    const level = Math.max(0, ...[...after].map((step) => step.level + 1));
    const at = paths.nodeAt(path);
    const step = { id: steps.length, fetch, subgraph: fetch.serviceName, kind: fetch.operationKind, at, after, level };
    steps.push(step);
    return step;
  }
}
