/** Who gets the next version. */
export interface Share {
  /** Share of the callers, 0 to 100. */
  readonly percent: number;
  /** Organizations, by id, and API keys, by their shown beginning, that get it whatever the share is. */
  readonly chosen: readonly string[];
}

/** Bounds of a release. */
export interface Limits {
  /** Largest share of failed requests in a step. */
  readonly stepErrors: number;
  /** Longest 95th percentile of the durations in a step, in seconds. */
  readonly stepP95: number;
  /** Largest share of failed requests after the last step, … */
  readonly watchErrors: number;
  /** … and how long it may be exceeded. */
  readonly watchErrorsMs: number;
}

/** How a release goes from the former version to the next one. */
export interface Plan {
  readonly steps: readonly Share[];
  readonly stepMs: number;
  /** Time after the last step in which the former version still runs. */
  readonly watchMs: number;
  readonly limits: Limits;
}

export const limits: Limits = { stepErrors: 0.02, stepP95: 1, watchErrors: 0.05, watchErrorsMs: 5 * 60_000 };

const percents = [10, 25, 50, 75, 100];

/** @param chosen organizations and API keys that get the next version in a step of their own, before all others */
export function planRelease(stepMs: number, watchMs: number, chosen: readonly string[] = []): Plan {
  const first = chosen.length > 0 ? [0] : [];
  return { steps: [...first, ...percents].map((percent) => ({ percent, chosen })), stepMs, watchMs, limits };
}

/** The former version has all traffic. */
export const noTraffic: Share = { percent: 0, chosen: [] };
