import { Worker } from 'node:worker_threads';
import type { QueryPlan } from '@apollo/query-planner';
import type { FromPlanWorker, ToPlanWorker } from './plan-worker-messages.ts';
import { PlanningFailure, type PlanRequest } from './planner.ts';
import { afterRunning } from './running-timer.ts';

/** An operation that needs more memory than this to plan ends its own worker, not the process. */
const MAX_HEAP_MB = 512;

interface PlanJob {
  readonly request: PlanRequest;
  /** When it was asked for, on the clock of `performance.now()`. */
  readonly since: number;
  readonly resolve: (plan: QueryPlan) => void;
  readonly reject: (failure: PlanningFailure) => void;
}

type LaneState =
  | { readonly phase: 'starting' }
  | { readonly phase: 'idle' }
  | { readonly phase: 'planning'; readonly job: PlanJob; readonly cancelLimit: () => void }
  | { readonly phase: 'gone' };

/** One worker thread that plans one operation at a time, until it is stopped or a plan takes too long. */
export class PlanLane {
  readonly ready: Promise<void>;
  readonly #worker: Worker;
  readonly #limitMs: number;
  readonly #onFree: (lane: PlanLane) => void;
  #state: LaneState = { phase: 'starting' };

  /** @param onFree called when the lane can take a job, and when it is gone */
  constructor(supergraphSdl: string, limitMs: number, onFree: (lane: PlanLane) => void) {
    this.#limitMs = limitMs;
    this.#onFree = onFree;
    this.#worker = new Worker(new URL('./plan-worker.ts', import.meta.url), {
      workerData: supergraphSdl,
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB },
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
      this.#leave(workerFailure(error));
    });
    this.#worker.on('exit', () => {
      reject(new PlanningFailure('closed', 'the planner was stopped'));
      this.#leave(new PlanningFailure('closed', 'the planner was stopped'));
    });
  }

  get isIdle(): boolean {
    return this.#state.phase === 'idle';
  }

  get isGone(): boolean {
    return this.#state.phase === 'gone';
  }

  /** Takes a job; only while idle. */
  take(job: PlanJob): void {
    const cancelLimit = afterRunning(this.#limitMs, () => {
      this.#leave(new PlanningFailure('timeout', `planning took longer than ${this.#limitMs} ms`));
      void this.#worker.terminate();
    });
    this.#state = { phase: 'planning', job, cancelLimit };
    this.#worker.postMessage({ request: job.request } satisfies ToPlanWorker);
  }

  async stop(): Promise<void> {
    this.#leave(new PlanningFailure('closed', 'the planner was stopped'));
    await this.#worker.terminate();
  }

  #receive(message: FromPlanWorker): void {
    const state = this.#state;
    if (state.phase === 'gone') return;
    this.#state = { phase: 'idle' };
    if (state.phase === 'planning') {
      state.cancelLimit();
      if (message.kind === 'planned') state.job.resolve(JSON.parse(message.plan) as QueryPlan);
      if (message.kind === 'failed') state.job.reject(new PlanningFailure(message.reason, message.message));
    }
    this.#onFree(this);
  }

  #leave(failure: PlanningFailure): void {
    const state = this.#state;
    if (state.phase === 'gone') return;
    this.#state = { phase: 'gone' };
    if (state.phase === 'planning') {
      state.cancelLimit();
      state.job.reject(failure);
    }
    this.#onFree(this);
  }
}

/** Of a worker that ended by itself. */
function workerFailure(error: unknown): PlanningFailure {
  const outOfMemory = error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';
  if (outOfMemory) return new PlanningFailure('tooComplex', `planning took more than ${MAX_HEAP_MB} MB`);
  return new PlanningFailure('failed', 'the planner ended unexpectedly');
}

export type { PlanJob };
