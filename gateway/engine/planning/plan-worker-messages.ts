import type { PlanningFailureReason, PlanRequest } from './planner.ts';

/** A worker plans one operation at a time: the next request is sent when the last one is answered. */
export interface ToPlanWorker {
  readonly request: PlanRequest;
}

export type FromPlanWorker =
  | { readonly kind: 'ready' }
  /** `plan` is JSON text: cheaper to pass between threads than a cloned tree. */
  | { readonly kind: 'planned'; readonly plan: string }
  | {
      readonly kind: 'failed';
      readonly reason: PlanningFailureReason;
      readonly message: string;
      /** What the planner threw, with its stack. */
      readonly cause: unknown;
    };
