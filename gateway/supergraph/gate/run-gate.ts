import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { GateSubject } from './compare-document.ts';
import type { ComparisonOptions } from './compare-supergraphs.ts';
import type { GateFinding } from './finding.ts';
import type { FromGateWorker, ToGateWorker } from './gate-worker-messages.ts';

/** A document, and what a finding says about it. */
export interface GateDocument extends GateSubject, Pick<GateFinding, 'document' | 'owners' | 'operation'> {}

export interface GateReport {
  /** Documents that were validated, priced and planned. */
  readonly examined: number;
  /** Documents that touch nothing that changed. */
  readonly skipped: number;
  /** At most `maxFindings`. */
  readonly findings: readonly GateFinding[];
  readonly milliseconds: number;
}

const maxFindings = 1_000;
/** Documents that are compared at the same time. The queue of the planner is longer. */
const batchSize = 10;
/** Megabytes of heap of the worker. Two freight supergraphs take 150. */
const maxHeapMb = 1_536;

/**
 * Compares what two supergraphs do with documents, in a worker thread.
 * @throws Error if that is not possible; the reason of the signal when it aborts
 */
export async function runGate(
  documents: Iterable<GateDocument>,
  options: ComparisonOptions,
  signal: AbortSignal,
): Promise<GateReport> {
  const startedAt = performance.now();
  const findings: GateFinding[] = [];
  let [examined, skipped] = [0, 0];
  let worker: GateWorker | undefined;
  try {
    for (const batch of batches(documents)) {
      signal.throwIfAborted();
      worker ??= startWorker(options);
      const results = await ask(worker, batch, signal);
      for (const [index, { isSkipped, damage }] of results.entries()) {
        if (isSkipped) skipped += 1;
        else examined += 1;
        const { document, owners, operation } = batch[index]!;
        if (damage && findings.length < maxFindings) findings.push({ document, owners, operation, ...damage });
      }
    }
    return { examined, skipped, findings, milliseconds: Math.round(performance.now() - startedAt) };
  } finally {
    await worker?.thread.terminate();
  }
}

interface GateWorker {
  readonly thread: Worker;
  /** Rejects when the thread ends before it is told to. */
  readonly failed: Promise<never>;
}

function startWorker(options: ComparisonOptions): GateWorker {
  const thread = new Worker(new URL('./gate-worker.ts', import.meta.url), {
    workerData: options,
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: maxHeapMb },
  });
  const { promise, reject } = Promise.withResolvers<never>();
  promise.catch(() => {});
  thread.once('error', reject);
  thread.once('exit', () => reject(new Error('the thread of the gate has ended')));
  return { thread, failed: promise };
}

async function ask({ thread, failed }: GateWorker, batch: readonly GateDocument[], signal: AbortSignal) {
  const subjects = batch.map(({ text, isRegistered, maximumPrice, users }) => ({
    text,
    isRegistered,
    maximumPrice,
    users,
  }));
  // The worker sends no other messages.
  const answered = once(thread, 'message', { signal }) as Promise<[FromGateWorker]>;
  thread.postMessage({ subjects } satisfies ToGateWorker);
  const [answer] = await Promise.race([answered, failed]);
  if (answer.kind === 'failed') throw new Error(answer.reason);
  return answer.results;
}

function* batches(documents: Iterable<GateDocument>): Generator<GateDocument[]> {
  let batch: GateDocument[] = [];
  for (const document of documents) {
    batch.push(document);
    if (batch.length < batchSize) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
