import type { QueryPlan } from '@apollo/query-planner';

export interface PlanRequest {
  /** The text of one valid document. */
  readonly source: string;
  readonly operationName: string | undefined;
  /** The active labels of `@override(label:)`. */
  readonly activeLabels: readonly string[];
  /** The number of selections with fragments expanded. Light operations don't wait behind heavy ones. Default 0. */
  readonly selections?: number;
  /** The estimated number of candidate plans. Default 1. */
  readonly candidates?: number;
  /** The document is trusted: its plan is kept. */
  readonly isTrusted?: boolean;
  /** No request waits for the plan. */
  readonly isAhead?: boolean;
}

/** Makes query plans. They are plain JSON, so that they can come from another thread. */
export interface Planner {
  /** @throws PlanningFailure */
  plan(request: PlanRequest): Promise<QueryPlan>;
  close(): Promise<void>;
}

/** After `timeout` and `tooComplex` a retry can't help: the operation itself is the cause. */
export type PlanningFailureReason = 'timeout' | 'tooComplex' | 'failed' | 'overloaded' | 'closed';

export class PlanningFailure extends Error {
  readonly reason: PlanningFailureReason;
  /** @param cause the error that the planner threw */
  constructor(reason: PlanningFailureReason, message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'PlanningFailure';
    this.reason = reason;
  }
}

/** Converts an error that the planner threw. */
export function planningFailure(error: unknown): PlanningFailure {
  const message = error instanceof Error ? error.message : 'planning failed';
  // @apollo/query-planner has its own limit of candidate plans. Only the message identifies this error.
  return new PlanningFailure(/selections exceeds limit/.test(message) ? 'tooComplex' : 'failed', message, error);
}
