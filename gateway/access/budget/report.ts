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
export function rateLimitHeaders({ points, requests }: Partial<BudgetState>): Readonly<Record<string, string>> {
  const policy: string[] = [];
  const left: string[] = [];
  if (points) {
    policy.push(policyOf('points', points.size));
    left.push(leftOf('points', points));
  }
  if (requests) {
    policy.push(policyOf('requests', requests.size));
    left.push(leftOf('requests', requests));
  }
  return { 'ratelimit-policy': policy.join(', '), ratelimit: left.join(', ') };
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
