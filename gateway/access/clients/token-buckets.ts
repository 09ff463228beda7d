import { LRUCache } from 'lru-cache';

export interface BucketSize {
  /** Tokens that are added per second. */
  readonly perSecond: number;
  /** Tokens of a full bucket. */
  readonly burst: number;
}

interface Bucket {
  tokens: number;
  /** Time in milliseconds for which `tokens` was computed. */
  at: number;
}

/** Number of buckets kept. A dropped bucket starts full again. Unless many keys arrive at once, it would have been full by then. */
const maxBuckets = 100_000;

/** A token bucket per key (ITU-T I.371, "leaky bucket as a meter"). */
export class TokenBuckets {
  readonly #size: BucketSize;
  readonly #now: () => number;
  readonly #buckets = new LRUCache<string, Bucket>({ max: maxBuckets });

  constructor(size: BucketSize, now: () => number = () => performance.now()) {
    this.#size = size;
    this.#now = now;
  }

  /** Takes a token from the key's bucket. @returns 0, or the seconds until the next token */
  take(key: string): number {
    const { perSecond, burst } = this.#size;
    const now = this.#now();
    const bucket = this.#buckets.get(key);
    if (!bucket) {
      this.#buckets.set(key, { tokens: burst - 1, at: now });
      return 0;
    }
    bucket.tokens = Math.min(burst, bucket.tokens + ((now - bucket.at) / 1000) * perSecond);
    bucket.at = now;
    if (bucket.tokens < 1) return (1 - bucket.tokens) / perSecond;
    bucket.tokens -= 1;
    return 0;
  }
}
