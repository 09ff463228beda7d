import { parentPort, workerData } from 'node:worker_threads';
import { createPlanOperation } from './plan-operation.ts';
import type { FromPlanWorker, ToPlanWorker } from './plan-worker-messages.ts';
import { planningFailure } from './planner.ts';

const port = parentPort;
if (!port) throw new Error('plan-worker runs as a worker thread only');

const planOperation = createPlanOperation(workerData as string); // the supergraph: see `planner-thread.ts`
const reply = (message: FromPlanWorker): void => port.postMessage(message);

port.on('message', ({ request }: ToPlanWorker) => {
  try {
    reply({ kind: 'planned', plan: JSON.stringify(planOperation(request)) });
  } catch (error) {
    const { reason, message, stack } = planningFailure(error);
    // A plain error, since other errors may have properties that can't be sent to another thread.
    const cause = Object.assign(new Error(message), { stack: error instanceof Error ? error.stack : stack });
    reply({ kind: 'failed', reason, message, cause });
  }
});
reply({ kind: 'ready' });
