import { createPlanOperation } from './plan-operation.ts';
import { type Planner, planningFailure } from './planner.ts';

/** Plans on the calling thread: for tests and tools. A server uses the worker planner. */
export function createInlinePlanner(supergraphSdl: string): Planner {
  const planOperation = createPlanOperation(supergraphSdl);
  return {
    async plan(request) {
      try {
        return planOperation(request);
      } catch (error) {
        throw planningFailure(error);
      }
    },
    async close() {},
  };
}
