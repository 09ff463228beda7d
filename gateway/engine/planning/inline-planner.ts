import { createPlanOperation } from './plan-operation.ts';
import { type Planner, PlanningFailure } from './planner.ts';

/** Plans on the calling thread: for tests and tools. A server uses the worker planner. */
export function createInlinePlanner(supergraphSdl: string): Planner {
  const planOperation = createPlanOperation(supergraphSdl);
  return {
    async plan(request) {
      try {
        return planOperation(request);
      } catch (error) {
        throw new PlanningFailure('failed', error instanceof Error ? error.message : 'planning failed');
      }
    },
    async close() {},
  };
}
