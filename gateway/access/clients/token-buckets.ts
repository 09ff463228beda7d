import { LRUCache } from 'lru-cache';
import { type BucketSize, TokenBucket } from './token-bucket.ts';

/** Number of buckets kept. A dropped bucket starts full again. Unless many keys arrive at once, it would have been full by then. */
const maxBuckets = 100_000;

/** A token bucket per key. */
export class TokenBuckets {
  readonly #size: BucketSize;
  readonly #now: () => number;
  readonly #buckets = new LRUCache<string, TokenBucket>({ max: maxBuckets });

  constructor(size: BucketSize, now: () => number = () => performance.now()) {
    this.#size = size;
    this.#now = now;
  }

  /** Takes a token from the key's bucket. @returns 0, or the seconds until the next token */
  take(key: string): number {
    const now = this.#now();
    let bucket = this.#buckets.get(key);
    if (!bucket) {
      bucket = new TokenBucket(this.#size, now);
      this.#buckets.set(key, bucket);
    }
    return bucket.take(now);
  }
}
