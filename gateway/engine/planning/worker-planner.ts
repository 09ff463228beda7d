import { createHash } from 'node:crypto';
import type { QueryPlan } from '@apollo/query-planner';
import { LRUCache } from 'lru-cache';
import { type PlanJob, PlanLane } from './plan-lane.ts';
import { type Planner, PlanningFailure, type PlanRequest } from './planner.ts';
import { afterRunning } from './running-timer.ts';

export interface WorkerPlannerOptions {
  readonly supergraphSdl: string;
  /** Milliseconds one plan may take. Default 5,000. */
  readonly limitMs?: number;
  /** Megabytes of heap one plan may take. Default 512. */
  readonly maxHeapMb?: number;
  /** Megabytes of heap at which V8 ends the process rather than the worker, so that they are out of reach. Default 1,536. */
  readonly hardLimitMb?: number;
  /** Operations that may wait to be planned. Default 200. */
  readonly maxWaiting?: number;
  /** Milliseconds others wait behind one plan before a second worker helps out. Default 250. */
  readonly reliefAfterMs?: number;
}

/** Operations that ran into a limit are refused for this long without trying again. */
const REFUSE_MS = 60_000;
/** Operations with more selections, or more ways to get them, are heavy: never more than one is planned at a time, and few may wait. */
const HEAVY_SELECTIONS = 1_000;
const HEAVY_WAYS = 100;
const MAX_HEAVY_WAITING = 20;
/** A second worker holds a second copy of the planner's graph; it is let go when it has been idle for this long. */
const RELIEF_IDLE_MS = 30_000;

/**
 * Plans off the event loop. One worker does nearly everything; while it is stuck on a hard operation a second one
 * serves the lighter ones, and an operation that exceeds its time limit takes down only the worker it runs in.
 */
export function createWorkerPlanner(options: WorkerPlannerOptions): Planner & { readonly ready: Promise<void> } {
  const { supergraphSdl, limitMs = 5_000, maxHeapMb = 512, hardLimitMb = 1_536 } = options;
  const { maxWaiting = 200, reliefAfterMs = 250 } = options;
  const waiting: PlanJob[] = [];
  const refused = new LRUCache<string, PlanningFailure>({ max: 1_000, ttl: REFUSE_MS });
  let closed = false;
  let main = startLane();
  let relief: PlanLane | undefined;
  let cancelRelief: (() => void) | undefined;
  let idleTimer: NodeJS.Timeout | undefined;

  function startLane(): PlanLane {
    return new PlanLane(supergraphSdl, { limitMs, maxHeapMb, hardLimitMb }, (lane) => onFree(lane));
  }

  function onFree(lane: PlanLane): void {
    if (closed) return;
    if (lane.isGone && lane === relief) relief = undefined;
    if (lane.isGone && lane === main) main = startLane();
    dispatch();
  }

  function dispatch(): void {
    for (const lane of [main, relief]) {
      if (!lane?.isIdle) continue;
      const job = takeLightest(lane === main);
      if (job) lane.take(job);
    }
    cancelRelief?.();
    clearTimeout(idleTimer);
    if (relief?.isIdle) idleTimer = setTimeout(dismissRelief, RELIEF_IDLE_MS).unref();
    else if (waiting.some(isLight) && !relief) cancelRelief = afterRunning(reliefAfterMs, callRelief);
  }

  /** The lightest that waits, of equals the first; who has waited for as long as a plan may take comes before. */
  function takeLightest(mayBeHeavy: boolean): PlanJob | undefined {
    const [oldest, ...others] = mayBeHeavy ? waiting : waiting.filter(isLight);
    if (!oldest) return undefined;
    const hasWaited = performance.now() - oldest.since > limitMs;
    const job = hasWaited
      ? oldest
      : others.reduce((best, other) => (weight(other) < weight(best) ? other : best), oldest);
    waiting.splice(waiting.indexOf(job), 1);
    return job;
  }

  function callRelief(): void {
    if (!closed && !relief && waiting.some(isLight)) relief = startLane();
  }

  function dismissRelief(): void {
    if (relief?.isIdle) void relief.stop();
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
        return Promise.reject(new PlanningFailure('overloaded', `${maxWaiting} operations wait to be planned`));
      }
      if (!isLight({ request }) && waiting.filter((job) => !isLight(job)).length >= MAX_HEAVY_WAITING) {
        return Promise.reject(
          new PlanningFailure('overloaded', `${MAX_HEAVY_WAITING} large operations wait to be planned`),
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
      cancelRelief?.();
      clearTimeout(idleTimer);
      for (const job of waiting.splice(0)) job.reject(new PlanningFailure('closed', 'the planner was stopped'));
      await Promise.all([main.stop(), relief?.stop()]);
    },
  };
}

function weight({ request: { selections = 0, ways = 1 } }: Pick<PlanJob, 'request'>): number {
  return selections + ways;
}

function isLight({ request: { selections = 0, ways = 1 } }: Pick<PlanJob, 'request'>): boolean {
  return selections <= HEAVY_SELECTIONS && ways <= HEAVY_WAYS;
}

function requestKey({ source, operationName, activeLabels }: PlanRequest): string {
  return createHash('sha256')
    .update(JSON.stringify([source, operationName, activeLabels]))
    .digest('base64');
}
