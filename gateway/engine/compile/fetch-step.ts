import type { FetchNode } from '@apollo/query-planner';
import type { OperationKind } from '../ports.ts';
import type { PathNode } from './path-tree.ts';

/** One fetch of the plan, with its place and its position in the order. Batches consist of steps. */
export interface FetchStep {
  readonly id: number;
  readonly fetch: FetchNode;
  readonly subgraph: string;
  readonly kind: OperationKind;
  /** The path of its targets; the root for a fetch of root fields. */
  readonly at: PathNode;
  /** Steps whose results must be merged before this one starts. */
  readonly after: ReadonlySet<FetchStep>;
  /** The length of the longest chain of steps that must run before this one. */
  readonly level: number;
}

/** Whether a step fetches entities through `_entities`. */
export function isEntityStep(step: FetchStep): boolean {
  return step.fetch.requires !== undefined && step.kind === 'query';
}

/** Whether arguments of a step depend on the objects that contain its targets (`@fromContext`). */
export function hasContext(step: FetchStep): boolean {
  return (step.fetch.contextRewrites?.length ?? 0) > 0;
}
