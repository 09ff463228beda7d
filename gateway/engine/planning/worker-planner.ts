import { createHash } from 'node:crypto';
import type { QueryPlan } from '@apollo/query-planner';
import { LRUCache } from 'lru-cache';
import { type PlanJob, PlanLane } from './plan-lane.ts';
import { type Planner, PlanningFailure, type PlanRequest } from './planner.ts';

export interface WorkerPlannerOptions {
  readonly supergraphSdl: string;
  /** Milliseconds one plan may take. Default 5,000. */
  readonly limitMs?: number;
  /** Operations that may wait to be planned. Default 200. */
  readonly maxWaiting?: number;
  /** Milliseconds others wait behind one plan before a second worker helps out. Default 250. */
  readonly reliefAfterMs?: number;
}

/** Operations that ran into the time limit are refused for this long without trying again. */
const REFUSE_MS = 60_000;
/** A second worker holds a second copy of the planner's graph; it is let go when it has been idle for this long. */
const RELIEF_IDLE_MS = 30_000;

/**
 * Plans off the event loop. One worker does nearly everything; while it is stuck on a hard operation a second one
 * serves the others, and an operation that exceeds its time limit takes down only the worker it runs in.
 */
export function createWorkerPlanner(options: WorkerPlannerOptions): Planner & { readonly ready: Promise<void> } {
  const { supergraphSdl, limitMs = 5_000, maxWaiting = 200, reliefAfterMs = 250 } = options;
  const waiting: PlanJob[] = [];
  const refused = new LRUCache<string, true>({ max: 1_000, ttl: REFUSE_MS });
  let closed = false;
  let main = startLane();
  let relief: PlanLane | undefined;
  let reliefTimer: NodeJS.Timeout | undefined;
  let idleTimer: NodeJS.Timeout | undefined;

  function startLane(): PlanLane {
    return new PlanLane(supergraphSdl, limitMs, (lane) => onFree(lane));
  }

  function onFree(lane: PlanLane): void {
    if (closed) return;
    if (lane.isGone && lane === relief) relief = undefined;
    if (lane.isGone && lane === main) main = relief ?? startLane();
    if (main === relief) relief = undefined;
    dispatch();
  }

  function dispatch(): void {
    for (const lane of [main, relief]) {
      if (!lane?.isIdle) continue;
      const job = waiting.shift();
      if (job) lane.take(job);
    }
    clearTimeout(reliefTimer);
    clearTimeout(idleTimer);
    if (relief?.isIdle) idleTimer = setTimeout(dismissRelief, RELIEF_IDLE_MS).unref();
    else if (waiting.length > 0 && !relief) reliefTimer = setTimeout(callRelief, reliefAfterMs).unref();
  }

  function callRelief(): void {
    if (!closed && !relief && waiting.length > 0) relief = startLane();
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
      if (refused.has(key)) {
        return Promise.reject(new PlanningFailure('timeout', `planning took longer than ${limitMs} ms`));
      }
      if (waiting.length >= maxWaiting) {
        return Promise.reject(new PlanningFailure('overloaded', `${maxWaiting} operations wait to be planned`));
      }
      const { promise, resolve, reject } = Promise.withResolvers<QueryPlan>();
      waiting.push({
        request,
        resolve,
        reject: (failure) => {
          if (failure.reason === 'timeout') refused.set(key, true);
          reject(failure);
        },
      });
      dispatch();
      return promise;
    },
    async close() {
      closed = true;
      clearTimeout(reliefTimer);
      clearTimeout(idleTimer);
      for (const job of waiting.splice(0)) job.reject(new PlanningFailure('closed', 'the planner was stopped'));
      await Promise.all([main.stop(), relief?.stop()]);
    },
  };
}

function requestKey({ source, operationName, activeLabels }: PlanRequest): string {
  return createHash('sha256')
    .update(JSON.stringify([source, operationName, activeLabels]))
    .digest('base64');
}
