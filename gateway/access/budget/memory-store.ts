import { LRUCache } from 'lru-cache';
import { type BucketLevel, type BucketSize, fullBucket, pointsIn, refill, waitMs } from './bucket.ts';
import type { BudgetStore, Withdrawal, Withdrawn } from './budget-store.ts';

/** Number of buckets kept. A dropped bucket starts full again. Unless many callers arrive at once, it would have been full by then. */
const maxBuckets = 100_000;

/** The buckets of one process. */
export class MemoryStore implements BudgetStore {
  readonly #now: () => number;
  readonly #buckets = new LRUCache<string, { level: BucketLevel }>({ max: maxBuckets });

  /** @param now milliseconds of a clock that never goes back */
  constructor(now: () => number = () => Math.floor(performance.now())) {
    this.#now = now;
  }

  take({ key, size, points, always = false }: Withdrawal): Withdrawn {
    const bucket = this.#bucket(key, size);
    const { level } = bucket;
    const missing = waitMs(level, size, points);
    const granted = missing === 0 || always;
    if (granted) bucket.level = { ...level, units: Math.max(0, level.units - points * size.perMs) };
    return { granted, available: pointsIn(bucket.level, size), waitMs: granted ? 0 : missing };
  }

  refund(key: string, size: BucketSize, points: number): void {
    const bucket = this.#bucket(key, size);
    const units = Math.min(bucket.level.units + points * size.perMs, size.burst * size.perMs);
    bucket.level = { ...bucket.level, units };
  }

  level(key: string, size: BucketSize): BucketLevel {
    return this.#bucket(key, size).level;
  }

  /** Replaces the content of a bucket. */
  setLevel(key: string, units: number): void {
    this.#buckets.set(key, { level: { units: Math.max(0, units), at: this.#now() } });
  }

  /** The bucket as it is now. It is changed in place: a second entry in the cache would cost as much as the rest. */
  #bucket(key: string, size: BucketSize): { level: BucketLevel } {
    const now = this.#now();
    const known = this.#buckets.get(key);
    if (known) {
      known.level = refill(known.level, size, now);
      return known;
    }
    const full = { level: fullBucket(size, now) };
    this.#buckets.set(key, full);
    return full;
  }
}
