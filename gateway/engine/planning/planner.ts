import type { QueryPlan } from '@apollo/query-planner';

export interface PlanRequest {
  /** The text of one valid document. */
  readonly source: string;
  readonly operationName: string | undefined;
  /** Labels of `@override(label:)` that hold for this plan; all others don't. */
  readonly activeLabels: readonly string[];
}

/** Makes query plans: plain JSON, so that they may come from another thread. */
export interface Planner {
  /** @throws PlanningFailure */
  plan(request: PlanRequest): Promise<QueryPlan>;
  close(): Promise<void>;
}

export class PlanningFailure extends Error {
  readonly reason: 'timeout' | 'failed' | 'overloaded' | 'closed';
  constructor(reason: PlanningFailure['reason'], message: string) {
    super(message);
    this.name = 'PlanningFailure';
    this.reason = reason;
  }
}
