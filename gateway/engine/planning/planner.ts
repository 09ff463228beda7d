import type { QueryPlan } from '@apollo/query-planner';

export interface PlanRequest {
  /** The text of one valid document. */
  readonly source: string;
  readonly operationName: string | undefined;
  /** Labels of `@override(label:)` that hold for this plan; all others don't. */
  readonly activeLabels: readonly string[];
  /** Selections with fragments in their places; light operations don't wait behind heavy ones. Default 0. */
  readonly selections?: number;
  /** Plans that a planner has to choose from, estimated. Default 1. */
  readonly ways?: number;
}

/** Makes query plans: plain JSON, so that they may come from another thread. */
export interface Planner {
  /** @throws PlanningFailure */
  plan(request: PlanRequest): Promise<QueryPlan>;
  close(): Promise<void>;
}

/** `timeout` and `tooComplex` are the operation's own fault: trying again is in vain. */
export type PlanningFailureReason = 'timeout' | 'tooComplex' | 'failed' | 'overloaded' | 'closed';

export class PlanningFailure extends Error {
  readonly reason: PlanningFailureReason;
  /** @param cause what the planner threw */
  constructor(reason: PlanningFailureReason, message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'PlanningFailure';
    this.reason = reason;
  }
}

/** The failure behind what a planner threw. */
export function planningFailure(error: unknown): PlanningFailure {
  const message = error instanceof Error ? error.message : 'planning failed';
  // @apollo/query-planner gives up by itself where subgraphs offer too many ways; its message is all that tells.
  return new PlanningFailure(/selections exceeds limit/.test(message) ? 'tooComplex' : 'failed', message, error);
}
