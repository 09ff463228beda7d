import { Worker } from 'node:worker_threads';
import type { QueryPlan } from '@apollo/query-planner';
import { watchHeap } from './heap-watch.ts';
import type { FromPlanWorker, ToPlanWorker } from './plan-worker-messages.ts';
import { PlanningFailure, type PlanRequest } from './planner.ts';
import { afterRunning } from './running-timer.ts';

export interface PlanLimits {
  /** Milliseconds one plan may take. */
  readonly limitMs: number;
  /** Megabytes of heap one plan may take. */
  readonly maxHeapMb: number;
  /** V8's own limit for the worker. */
  readonly hardLimitMb: number;
}

interface PlanJob {
  readonly request: PlanRequest;
  /** When the job was queued, on the clock of `performance.now()`. */
  readonly since: number;
  readonly resolve: (plan: QueryPlan) => void;
  readonly reject: (failure: PlanningFailure) => void;
}

type ThreadState =
  | { readonly phase: 'starting' }
  | { readonly phase: 'idle' }
  | { readonly phase: 'planning'; readonly job: PlanJob; readonly cancelLimits: () => void }
  | { readonly phase: 'ended' };

/** A worker thread that plans one operation at a time, until it is stopped or a plan exceeds a limit. */
export class PlannerThread {
  readonly ready: Promise<void>;
  readonly #worker: Worker;
  readonly #limits: PlanLimits;
  readonly #onFree: (thread: PlannerThread) => void;
  #state: ThreadState = { phase: 'starting' };

  /** @param onFree called when the thread can take a job, and when it has ended */
  constructor(supergraphSdl: string, limits: PlanLimits, onFree: (thread: PlannerThread) => void) {
    this.#limits = limits;
    this.#onFree = onFree;
    this.#worker = new Worker(new URL('./plan-worker.ts', import.meta.url), {
      workerData: supergraphSdl,
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: limits.hardLimitMb },
    });
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.ready = promise;
    promise.catch(() => {});
    this.#worker.on('message', (message: FromPlanWorker) => {
      if (message.kind === 'ready') resolve();
      this.#receive(message);
    });
    this.#worker.on('error', (error) => {
      reject(error);
      this.#end(workerFailure(error, limits));
    });
    this.#worker.on('exit', () => {
      reject(new PlanningFailure('closed', 'the planner was stopped'));
      this.#end(new PlanningFailure('closed', 'the planner was stopped'));
    });
  }

  get isIdle(): boolean {
    return this.#state.phase === 'idle';
  }

  get hasEnded(): boolean {
    return this.#state.phase === 'ended';
  }

  /** Starts a job. The thread must be idle. */
  take(job: PlanJob): void {
    const { limitMs, maxHeapMb } = this.#limits;
    const end = (failure: PlanningFailure) => {
      this.#end(failure);
      void this.#worker.terminate();
    };
    const cancelTimer = afterRunning(limitMs, () => {
      end(new PlanningFailure('timeout', `planning took longer than ${limitMs} ms`));
    });
    const cancelWatch = watchHeap(this.#worker, maxHeapMb * 2 ** 20, () => end(outOfMemory(this.#limits)));
    const cancelLimits = () => {
      cancelTimer();
      cancelWatch();
    };
    this.#state = { phase: 'planning', job, cancelLimits };
    this.#worker.postMessage({ request: job.request } satisfies ToPlanWorker);
  }

  async stop(): Promise<void> {
    this.#end(new PlanningFailure('closed', 'the planner was stopped'));
    await this.#worker.terminate();
  }

  #receive(message: FromPlanWorker): void {
    const state = this.#state;
    if (state.phase === 'ended') return;
    this.#state = { phase: 'idle' };
    if (state.phase === 'planning') {
      state.cancelLimits();
      // The worker has written the text from a plan.
      if (message.kind === 'planned') state.job.resolve(JSON.parse(message.plan) as QueryPlan);
      if (message.kind === 'failed')
        state.job.reject(new PlanningFailure(message.reason, message.message, message.cause));
    }
    this.#onFree(this);
  }

  #end(failure: PlanningFailure): void {
    const state = this.#state;
    if (state.phase === 'ended') return;
    this.#state = { phase: 'ended' };
    if (state.phase === 'planning') {
      state.cancelLimits();
      state.job.reject(failure);
    }
    this.#onFree(this);
  }
}

/** The failure for a worker that ended unexpectedly. */
function workerFailure(error: unknown, limits: PlanLimits): PlanningFailure {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ERR_WORKER_OUT_OF_MEMORY') return outOfMemory(limits);
  return new PlanningFailure('failed', 'the planner ended unexpectedly', error);
}

function outOfMemory({ maxHeapMb }: PlanLimits): PlanningFailure {
  return new PlanningFailure('tooComplex', `planning took more than ${maxHeapMb} MB`);
}

export type { PlanJob };
