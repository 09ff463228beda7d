import { LRUCache } from 'lru-cache';
import { type BucketLevel, type BucketSize, fullBucket, pointsIn, refill, waitMs } from './bucket.ts';
import type { BudgetStore, Withdrawal, Withdrawn } from './budget-store.ts';

/** Number of buckets kept. A dropped bucket starts full again. Unless many callers arrive at once, it would have been full by then. */
const maxBuckets = 100_000;

/** The buckets of one process. */
export class MemoryStore implements BudgetStore {
  readonly #now: () => number;
  readonly #levels = new LRUCache<string, BucketLevel>({ max: maxBuckets });

  /** @param now milliseconds of a clock that never goes back */
  constructor(now: () => number = () => Math.floor(performance.now())) {
    this.#now = now;
  }

  take({ key, size, points, always = false }: Withdrawal): Withdrawn {
    const level = this.level(key, size);
    const missing = waitMs(level, size, points);
    const granted = missing === 0 || always;
    const units = granted ? Math.max(0, level.units - points * size.perMs) : level.units;
    const left = { ...level, units };
    this.#levels.set(key, left);
    return { granted, available: pointsIn(left, size), waitMs: granted ? 0 : missing };
  }

  refund(key: string, size: BucketSize, points: number): void {
    const level = this.level(key, size);
    const units = Math.min(level.units + points * size.perMs, size.burst * size.perMs);
    this.#levels.set(key, { ...level, units });
  }

  level(key: string, size: BucketSize): BucketLevel {
    const now = this.#now();
    const known = this.#levels.get(key);
    return known ? refill(known, size, now) : fullBucket(size, now);
  }

  /** Replaces the content of a bucket. */
  setLevel(key: string, units: number): void {
    this.#levels.set(key, { units: Math.max(0, units), at: this.#now() });
  }
}
