import type { RateLimit } from '#shared/identity/rate-limit.ts';
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
  /** Null for an operation that was refused before it had a price. */
  readonly requestedQueryCost: number | null;
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

/** @param cost highest price of the operation */
export function rateLimitOf({ size, available }: BucketState, cost: number): RateLimit {
  const { burst: limit, points, perMs } = size;
  const used = limit - available;
  return { limit, cost, remaining: available, used, resetAt: new Date(Date.now() + (used * perMs) / points) };
}

/**
 * Makes the headers `RateLimit-Policy` and `RateLimit` (draft-ietf-httpapi-ratelimit-headers-11). The window of a policy is the time in which an
 * empty bucket becomes full. `t` is the time until it is full again.
 */
export function rateLimitHeaders({ points, requests }: BudgetState): Readonly<Record<string, string>> {
  const policy = policyOf('points', points.size);
  const left = leftOf('points', points);
  if (!requests) return { 'ratelimit-policy': policy, ratelimit: left };
  return {
    'ratelimit-policy': `${policy}, ${policyOf('requests', requests.size)}`,
    ratelimit: `${left}, ${leftOf('requests', requests)}`,
  };
}

type BucketName = 'points' | 'requests';

/** Texts of policies, by the size of the bucket: there are as many as tiers. */
const policies = new WeakMap<BucketSize, string>();

function policyOf(name: BucketName, size: BucketSize): string {
  const known = policies.get(size);
  if (known !== undefined) return known;
  const text = `"${name}";q=${size.burst};w=${fillSeconds(size, size.burst)};qu="${name}"`;
  policies.set(size, text);
  return text;
}

function leftOf(name: BucketName, { size, available }: BucketState): string {
  return `"${name}";r=${available};t=${fillSeconds(size, size.burst - available)}`;
}

/** Seconds in which a bucket restores so many points. */
function fillSeconds({ points, perMs }: BucketSize, wanted: number): number {
  return Math.ceil((wanted * perMs) / points / 1_000);
}
