import type { Limits, Plan, Share } from './plan.ts';
import { noTraffic } from './plan.ts';
import { type CountersReading, type Figures, figuresBetween, type Reading } from './reading.ts';

/** Requests after which a step may be ended early because of its errors or durations. */
const leastRequests = 50;
/** Requests without which a percentile, or a share of errors in one minute, says nothing. */
const fewRequests = 20;
/** Readings in a row that must have a fault: one health check may be lost. */
const leastFaults = 2;
/** Time over which the errors after the last step are counted. */
const windowMs = 60_000;

/** Where a release is. It goes from step to step, then it is watched, and it ends as released or rolled back. */
export type State =
  | (Stage & { readonly phase: 'step'; readonly index: number })
  | (Stage & {
      readonly phase: 'watch';
      /** Readings of the last minute. */
      readonly recent: readonly CountersReading[];
      /** Undefined while the errors do not exceed the limit. */
      readonly excess: Excess | undefined;
    })
  | { readonly phase: 'released' }
  | { readonly phase: 'rolledBack'; readonly reason: string };

interface Stage {
  readonly begun: CountersReading;
  /** The last reading with counters. */
  readonly latest: CountersReading;
  /** Faults in a row, up to now. */
  readonly faults: number;
}

/** What was counted since the errors began to exceed the limit. */
interface Excess {
  readonly since: number;
  readonly requests: number;
  readonly failed: number;
}

/** The next set has just started, so that without counters it begins at zero. */
export function firstState(reading: Reading): State {
  const isFault = reading.kind === 'fault';
  const begun: CountersReading = isFault ? { kind: 'counters', at: reading.at, gateways: new Map() } : reading;
  return { phase: 'step', index: 0, begun, latest: begun, faults: isFault ? 1 : 0 };
}

/** Who gets the next version in this state. */
export function shareIn(state: State, { steps }: Plan): Share {
  if (state.phase === 'rolledBack') return noTraffic;
  return steps[state.phase === 'step' ? state.index : steps.length - 1] ?? noTraffic;
}

/** Decides by a new reading how the release goes on. A stage never ends on a fault: the next reading may confirm it. */
export function advance(state: State, reading: Reading, plan: Plan): State {
  if (state.phase === 'released' || state.phase === 'rolledBack') return state;
  if (reading.kind === 'fault') {
    const faults = state.faults + 1;
    return faults < leastFaults ? { ...state, faults } : rolledBack(reading.reason);
  }
  return state.phase === 'step' ? advanceStep(state, reading, plan) : advanceWatch(state, reading, plan);
}

function advanceStep(state: Extract<State, { phase: 'step' }>, reading: CountersReading, plan: Plan): State {
  const isOver = reading.at - state.begun.at >= plan.stepMs;
  const excess = findExcess(figuresBetween(state.begun, reading), plan, isOver);
  if (excess !== undefined) return rolledBack(excess);
  if (!isOver) return { ...state, latest: reading, faults: 0 };
  const index = state.index + 1;
  const stage: Stage = { begun: reading, latest: reading, faults: 0 };
  return index < plan.steps.length
    ? { ...stage, phase: 'step', index }
    : { ...stage, phase: 'watch', recent: [reading], excess: undefined };
}

/** A step is judged early when it has had requests enough, and at its end by those that it has had. */
function findExcess({ requests, errors, p95 }: Figures, { limits }: Plan, isOver: boolean): string | undefined {
  if (requests < leastRequests && !isOver) return undefined;
  if (errors > limits.stepErrors)
    return `${percent(errors)} of ${requests} requests failed; at most ${percent(limits.stepErrors)} may.`;
  if (requests >= fewRequests && p95 > limits.stepP95)
    return `The 95th percentile of the durations is ${p95.toFixed(2)} s; at most ${limits.stepP95} s is allowed.`;
  return undefined;
}

type Watch = Extract<State, { phase: 'watch' }>;

function advanceWatch(state: Watch, reading: CountersReading, { limits, watchMs }: Plan): State {
  const recent = [...state.recent.filter(({ at }) => reading.at - at <= windowMs), reading];
  const excess = nextExcess(state, recent[0] ?? reading, reading, limits);
  if (excess && reading.at - excess.since >= limits.watchErrorsMs)
    return rolledBack(
      `More than ${percent(limits.watchErrors)} of the requests have failed for ${limits.watchErrorsMs / 60_000} minutes.`,
    );
  if (!excess && reading.at - state.begun.at >= watchMs) return { phase: 'released' };
  return { ...state, latest: reading, faults: 0, recent, excess };
}

/** The errors of a minute with few requests say little. Then those since the excess began are judged. @param from reading at the begin of the minute */
function nextExcess(
  { excess, latest }: Watch,
  from: CountersReading,
  reading: CountersReading,
  { watchErrors }: Limits,
): Excess | undefined {
  const minute = figuresBetween(from, reading);
  if (!excess) {
    const { requests, failed, errors } = minute;
    return errors > watchErrors ? { since: reading.at, requests, failed } : undefined;
  }
  const now = figuresBetween(latest, reading);
  const requests = excess.requests + now.requests;
  const failed = excess.failed + now.failed;
  const errors = minute.requests < fewRequests ? failed / requests : minute.errors;
  return errors > watchErrors ? { ...excess, requests, failed } : undefined;
}

const rolledBack = (reason: string): State => ({ phase: 'rolledBack', reason });
const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
