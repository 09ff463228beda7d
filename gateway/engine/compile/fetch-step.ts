import type { FetchNode } from '@apollo/query-planner';
import type { OperationKind } from '../ports.ts';
import type { PathNode } from './path-tree.ts';

/** One fetch of the plan with its place and its order; the unit that batches are made of. */
export interface FetchStep {
  readonly id: number;
  readonly fetch: FetchNode;
  readonly subgraph: string;
  readonly kind: OperationKind;
  /** Where its targets are; the root for a fetch of root fields. */
  readonly at: PathNode;
  /** Steps whose results must be merged before this one starts. */
  readonly after: ReadonlySet<FetchStep>;
  /** How many steps must run one after the other before this one may. */
  readonly level: number;
}

/** An entity fetch asks `_entities` for what its targets lack. */
export function isEntityStep(step: FetchStep): boolean {
  return step.fetch.requires !== undefined && step.kind === 'query';
}

/** Its arguments depend on the objects its targets lie in (`@fromContext`). */
export function hasContext(step: FetchStep): boolean {
  return (step.fetch.contextRewrites?.length ?? 0) > 0;
}
