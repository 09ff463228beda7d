import { createHash } from 'node:crypto';
import type { QueryPlan } from '@apollo/query-planner';
import { LRUCache } from 'lru-cache';
import { type Planner, PlanningFailure, type PlanRequest } from './planner.ts';
import { type PlanJob, PlannerThread } from './planner-thread.ts';
import { afterRunning } from './running-timer.ts';

export interface WorkerPlannerOptions {
  readonly supergraphSdl: string;
  /** Milliseconds one plan may take. Default 5,000. */
  readonly limitMs?: number;
  /** Megabytes of heap one plan may take. Default 512. */
  readonly maxHeapMb?: number;
  /** V8's own heap limit for a worker, in megabytes. Beyond it V8 may end the whole process, so it must be well above `maxHeapMb`. Default 1,536. */
  readonly hardLimitMb?: number;
  /** The maximum length of the queue. Default 200. */
  readonly maxWaiting?: number;
  /** Milliseconds that operations wait behind one plan before a second worker is started. Default 250. */
  readonly secondThreadAfterMs?: number;
}

/** An operation that exceeded a limit is refused for this long without another attempt. */
const REFUSE_MS = 60_000;
/** Operations with more selections or more candidate plans than this are heavy. One is planned at a time, and few may wait. */
const HEAVY_SELECTIONS = 1_000;
const HEAVY_CANDIDATES = 100;
const MAX_HEAVY_WAITING = 20;
/** A second worker has a second copy of the planner's graph in memory. It is stopped after it was idle for this long. */
const SECOND_IDLE_MS = 30_000;

/**
 * Plans in worker threads, so that planning doesn't block the event loop. One worker plans nearly everything. While it is
 * busy with a heavy operation, a second one plans the light ones. An operation that exceeds a limit ends only its own worker.
 */
export function createWorkerPlanner(options: WorkerPlannerOptions): Planner & { readonly ready: Promise<void> } {
  const { supergraphSdl, limitMs = 5_000, maxHeapMb = 512, hardLimitMb = 1_536 } = options;
  const { maxWaiting = 200, secondThreadAfterMs = 250 } = options;
  const waiting: PlanJob[] = [];
  const refused = new LRUCache<string, PlanningFailure>({ max: 1_000, ttl: REFUSE_MS });
  let closed = false;
  let main = startThread();
  let second: PlannerThread | undefined;
  let cancelSecond: (() => void) | undefined;
  let idleTimer: NodeJS.Timeout | undefined;

  function startThread(): PlannerThread {
    return new PlannerThread(supergraphSdl, { limitMs, maxHeapMb, hardLimitMb }, (thread) => onFree(thread));
  }

  function onFree(thread: PlannerThread): void {
    if (closed) return;
    if (thread.hasEnded && thread === second) second = undefined;
    if (thread.hasEnded && thread === main) main = startThread();
    dispatch();
  }

  function dispatch(): void {
    for (const thread of [main, second]) {
      if (!thread?.isIdle) continue;
      const job = takeNext(thread === main);
      if (job) thread.take(job);
    }
    cancelSecond?.();
    clearTimeout(idleTimer);
    if (second?.isIdle) idleTimer = setTimeout(stopSecond, SECOND_IDLE_MS).unref();
    else if (waiting.some(isLight) && !second) cancelSecond = afterRunning(secondThreadAfterMs, startSecond);
  }

  /** Takes the lightest job from the queue, the oldest among equals. A job that has waited longer than the plan limit goes first. */
  function takeNext(mayBeHeavy: boolean): PlanJob | undefined {
    const [oldest, ...others] = mayBeHeavy ? waiting : waiting.filter(isLight);
    if (!oldest) return undefined;
    const hasWaited = performance.now() - oldest.since > limitMs;
    const job = hasWaited
      ? oldest
      : others.reduce((best, other) => (weight(other) < weight(best) ? other : best), oldest);
    waiting.splice(waiting.indexOf(job), 1);
    return job;
  }

  function startSecond(): void {
    if (!closed && !second && waiting.some(isLight)) second = startThread();
  }

  function stopSecond(): void {
    if (second?.isIdle) void second.stop();
  }

  return {
    get ready() {
      return main.ready;
    },
    plan(request: PlanRequest): Promise<QueryPlan> {
      const key = requestKey(request);
      if (closed) return Promise.reject(new PlanningFailure('closed', 'the planner was stopped'));
      const refusal = refused.get(key);
      if (refusal) return Promise.reject(refusal);
      if (waiting.length >= maxWaiting) {
        return Promise.reject(new PlanningFailure('overloaded', `${maxWaiting} operations are waiting to be planned`));
      }
      if (!isLight({ request }) && waiting.filter((job) => !isLight(job)).length >= MAX_HEAVY_WAITING) {
        return Promise.reject(
          new PlanningFailure('overloaded', `${MAX_HEAVY_WAITING} heavy operations are waiting to be planned`),
        );
      }
      const { promise, resolve, reject } = Promise.withResolvers<QueryPlan>();
      waiting.push({
        request,
        since: performance.now(),
        resolve,
        reject: (failure) => {
          if (failure.reason === 'timeout' || failure.reason === 'tooComplex') refused.set(key, failure);
          reject(failure);
        },
      });
      dispatch();
      return promise;
    },
    async close() {
      closed = true;
      cancelSecond?.();
      clearTimeout(idleTimer);
      for (const job of waiting.splice(0)) job.reject(new PlanningFailure('closed', 'the planner was stopped'));
      await Promise.all([main.stop(), second?.stop()]);
    },
  };
}

function weight({ request: { selections = 0, candidates = 1 } }: Pick<PlanJob, 'request'>): number {
  return selections + candidates;
}

function isLight({ request: { selections = 0, candidates = 1 } }: Pick<PlanJob, 'request'>): boolean {
  return selections <= HEAVY_SELECTIONS && candidates <= HEAVY_CANDIDATES;
}

function requestKey({ source, operationName, activeLabels }: PlanRequest): string {
  return createHash('sha256')
    .update(JSON.stringify([source, operationName, activeLabels]))
    .digest('base64');
}
