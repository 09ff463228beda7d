import type { Plan, Share } from './plan.ts';
import { noTraffic } from './plan.ts';
import { type Figures, figuresBetween, type Reading } from './reading.ts';

/** Requests after which a step may be ended early because of its errors or durations. */
const leastRequests = 50;
/** Requests without which a percentile says nothing. */
const leastDurations = 20;
/** Readings in a row that must have a fault: one health check may be lost. */
const leastFaults = 2;
/** Time over which the errors after the last step are counted. */
const windowMs = 60_000;

/** Where a release is. It goes from step to step, then it is watched, and it ends as released or rolled back. */
export type State =
  | { readonly phase: 'step'; readonly index: number; readonly begun: Reading; readonly faults: number }
  | {
      readonly phase: 'watch';
      readonly begun: Reading;
      /** Readings of the last minute. */
      readonly recent: readonly Reading[];
      /** When the errors began to exceed the limit. */
      readonly exceededAt: number | undefined;
    }
  | { readonly phase: 'released' }
  | { readonly phase: 'rolledBack'; readonly reason: string };

export const firstState = (begun: Reading): State => ({ phase: 'step', index: 0, begun, faults: 0 });

/** Who gets the next version in this state. */
export function shareIn(state: State, { steps }: Plan): Share {
  if (state.phase === 'rolledBack') return noTraffic;
  return steps[state.phase === 'step' ? state.index : steps.length - 1] ?? noTraffic;
}

/** Decides by a new reading how the release goes on. */
export function advance(state: State, reading: Reading, plan: Plan): State {
  if (state.phase === 'step') return advanceStep(state, reading, plan);
  return state.phase === 'watch' ? advanceWatch(state, reading, plan) : state;
}

function advanceStep(state: Extract<State, { phase: 'step' }>, reading: Reading, plan: Plan): State {
  const faults = reading.fault === undefined ? 0 : state.faults + 1;
  if (faults >= leastFaults) return rolledBack(reading.fault ?? '');
  const isOver = reading.at - state.begun.at >= plan.stepMs;
  const excess = findExcess(figuresBetween(state.begun, reading), plan, isOver);
  if (excess !== undefined) return rolledBack(excess);
  // A step does not end on a fault that the next reading may confirm.
  if (!isOver || faults > 0) return { ...state, faults };
  const index = state.index + 1;
  if (index < plan.steps.length) return { phase: 'step', index, begun: reading, faults };
  return { phase: 'watch', begun: reading, recent: [reading], exceededAt: undefined };
}

/** A step is judged early when it has had requests enough, and at its end by those that it has had. */
function findExcess({ requests, errors, p95 }: Figures, { limits }: Plan, isOver: boolean): string | undefined {
  if (requests < leastRequests && !isOver) return undefined;
  if (errors > limits.stepErrors)
    return `${percent(errors)} of ${requests} requests failed; at most ${percent(limits.stepErrors)} may.`;
  if (requests >= leastDurations && p95 > limits.stepP95)
    return `The 95th percentile of the durations is ${p95.toFixed(2)} s; at most ${limits.stepP95} s is allowed.`;
  return undefined;
}

function advanceWatch(state: Extract<State, { phase: 'watch' }>, reading: Reading, { limits, watchMs }: Plan): State {
  const recent = [...state.recent.filter(({ at }) => reading.at - at <= windowMs), reading];
  const { errors } = figuresBetween(recent[0] ?? reading, reading);
  const exceededAt = errors > limits.watchErrors ? (state.exceededAt ?? reading.at) : undefined;
  if (exceededAt !== undefined && reading.at - exceededAt >= limits.watchErrorsMs)
    return rolledBack(
      `More than ${percent(limits.watchErrors)} of the requests have failed for ${limits.watchErrorsMs / 60_000} minutes.`,
    );
  if (reading.at - state.begun.at >= watchMs && exceededAt === undefined) return { phase: 'released' };
  return { ...state, recent, exceededAt };
}

const rolledBack = (reason: string): State => ({ phase: 'rolledBack', reason });
const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
