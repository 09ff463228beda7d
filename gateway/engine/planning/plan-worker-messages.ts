import type { PlanningFailureReason, PlanRequest } from './planner.ts';

/** A worker plans one operation at a time. The next request is sent after the reply to the previous one. */
export interface ToPlanWorker {
  readonly request: PlanRequest;
}

export type FromPlanWorker =
  | { readonly kind: 'ready' }
  /** `plan` is JSON text, which is cheaper to pass between threads than an object. */
  | { readonly kind: 'planned'; readonly plan: string }
  | {
      readonly kind: 'failed';
      readonly reason: PlanningFailureReason;
      readonly message: string;
      /** The error that the planner threw, with its stack. */
      readonly cause: unknown;
    };
