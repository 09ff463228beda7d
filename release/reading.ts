import { errorMessage } from '#shared/errors/error-code.ts';

/** What one gateway has counted since it started. */
export interface Counters {
  readonly requests: number;
  /** Requests that failed because of the graph. */
  readonly failed: number;
  /** Requests that took at most this many seconds, by the bound. */
  readonly within: ReadonlyMap<number, number>;
}

/** Counters of gateways, by their names. */
export type GatewayCounters = ReadonlyMap<string, Counters>;

/** What the gateways of the next version have counted up to one moment. */
export interface CountersReading {
  readonly kind: 'counters';
  /** Milliseconds of a clock that does not go back. */
  readonly at: number;
  readonly gateways: GatewayCounters;
}

/** A health check fails, the database is lost, or the counters cannot be read. */
export interface FaultReading {
  readonly kind: 'fault';
  readonly at: number;
  readonly reason: string;
}

/** The next version at one moment. A fault has no counters: older ones would look like a time without requests. */
export type Reading = CountersReading | FaultReading;

/** @param count checks the health of the gateways and reads their counters. @throws Error that says what fails */
export async function takeReading(count: () => Promise<GatewayCounters>): Promise<Reading> {
  try {
    const gateways = await count();
    return { kind: 'counters', at: performance.now(), gateways };
  } catch (error) {
    return { kind: 'fault', at: performance.now(), reason: errorMessage(error) };
  }
}

/** What happened between two readings. */
export interface Figures {
  readonly requests: number;
  readonly failed: number;
  /** Share of failed requests; 0 without requests. */
  readonly errors: number;
  /** The 95th percentile of the durations in seconds; 0 without requests. */
  readonly p95: number;
}

/** A gateway that began to count anew, or that is new, counts from zero. */
export function figuresBetween(before: CountersReading, after: CountersReading): Figures {
  const increases = [...after.gateways].map(([name, now]) => increaseOf(before.gateways.get(name), now));
  const requests = sum(increases.map((one) => one.requests));
  const failed = sum(increases.map((one) => one.failed));
  const bounds = [...new Set(increases.flatMap(({ within }) => [...within.keys()]))].toSorted((one, two) => one - two);
  const within = bounds.map((bound): Bucket => [bound, sum(increases.map((one) => one.within.get(bound) ?? 0))]);
  return { requests, failed, errors: requests === 0 ? 0 : failed / requests, p95: quantile(0.95, within) };
}

function increaseOf(before: Counters | undefined, now: Counters): Counters {
  if (!before || now.requests < before.requests) return now;
  const within = [...now.within].map(([bound, count]): Bucket => [bound, count - (before.within.get(bound) ?? 0)]);
  return { requests: now.requests - before.requests, failed: now.failed - before.failed, within: new Map(within) };
}

/** An upper bound in seconds, and the number of requests within it. */
type Bucket = readonly [bound: number, count: number];

/** As `histogram_quantile` of Prometheus: linear inside a bucket. */
function quantile(share: number, buckets: readonly Bucket[]): number {
  const rank = share * (buckets.at(-1)?.[1] ?? 0);
  if (rank === 0) return 0;
  const at = buckets.findIndex(([, count]) => count >= rank);
  const [bound, count] = buckets[at] ?? [0, 0];
  const [lower, below] = buckets[at - 1] ?? [0, 0];
  if (!Number.isFinite(bound)) return lower;
  return lower + ((bound - lower) * (rank - below)) / (count - below);
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);
