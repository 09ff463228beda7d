import { parentPort, workerData } from 'node:worker_threads';
import { errorMessage } from '#shared/errors/error-code.ts';
import { type ComparisonOptions, SupergraphComparison } from './compare-supergraphs.ts';
import type { FromGateWorker, ToGateWorker } from './gate-worker-messages.ts';

const port = parentPort;
if (!port) throw new Error('gate-worker runs as a worker thread only');

const reply = (message: FromGateWorker): void => port.postMessage(message);
/** The comparison of this thread, which has one supergraph. */
let opened: SupergraphComparison | undefined;

async function compare({ subjects }: ToGateWorker): Promise<void> {
  try {
    // `run-gate.ts` starts the worker with these options.
    const comparison = opened ?? new SupergraphComparison(workerData as ComparisonOptions);
    opened = comparison;
    reply({ kind: 'compared', results: await Promise.all(subjects.map((subject) => comparison.compare(subject))) });
  } catch (error) {
    reply({ kind: 'failed', reason: errorMessage(error) });
  }
}

port.on('message', (message: ToGateWorker) => void compare(message));
