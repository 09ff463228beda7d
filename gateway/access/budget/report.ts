import type { BucketSize } from './bucket.ts';

/** A bucket as its caller sees it. */
export interface BucketState {
  readonly size: BucketSize;
  /** Whole points that are left. */
  readonly available: number;
  /** Milliseconds until it has enough for a refused operation; 0 if it had enough. */
  readonly waitMs: number;
}

export interface BudgetState {
  readonly points: BucketState;
  /** Undefined for tiers without a limit of requests. */
  readonly requests: BucketState | undefined;
}

/** `extensions.cost`, in the form that Shopify's clients know. */
export interface CostReport {
  readonly requestedQueryCost: number;
  /** Null for an operation that did not run, or that is still running. */
  readonly actualQueryCost: number | null;
  readonly throttleStatus: {
    readonly maximumAvailable: number;
    readonly currentlyAvailable: number;
    /** Points per second. */
    readonly restoreRate: number;
  };
}

export function throttleStatus({ size, available }: BucketState): CostReport['throttleStatus'] {
  const { burst, points, perMs } = size;
  return { maximumAvailable: burst, currentlyAvailable: available, restoreRate: (points / perMs) * 1_000 };
}

/**
 * Makes the headers `RateLimit-Policy` and `RateLimit` (draft-ietf-httpapi-ratelimit-headers-11). The window of a policy is the time in which an
 * empty bucket becomes full. `t` is the time until it is full again.
 */
export function rateLimitHeaders(state: Partial<BudgetState>): Readonly<Record<string, string>> {
  const named = (['points', 'requests'] as const).flatMap((name) => {
    const bucket = state[name];
    return bucket ? [{ name, ...bucket }] : [];
  });
  const policies = named.map(
    ({ name, size }) => `"${name}";q=${size.burst};w=${fillSeconds(size, size.burst)};qu="${name}"`,
  );
  const left = named.map(
    ({ name, size, available }) => `"${name}";r=${available};t=${fillSeconds(size, size.burst - available)}`,
  );
  return { 'ratelimit-policy': policies.join(', '), ratelimit: left.join(', ') };
}

/** Seconds in which a bucket restores so many points. */
function fillSeconds({ points, perMs }: BucketSize, wanted: number): number {
  return Math.ceil((wanted * perMs) / points / 1_000);
}
