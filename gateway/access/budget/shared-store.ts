import { LRUCache } from 'lru-cache';
import { type BucketLevel, type BucketSize, fullBucket, refill, shareOf } from './bucket.ts';
import type { BudgetStore, Withdrawal, Withdrawn } from './budget-store.ts';
import { MemoryStore } from './memory-store.ts';
import type { RedisStore } from './redis-store.ts';

/** Buckets whose last level in Redis is remembered. */
const maxKnown = 50_000;

interface Known {
  readonly size: BucketSize;
  readonly level: BucketLevel;
}

/** A bucket from which this gateway spends while Redis is away. */
interface Share {
  readonly size: BucketSize;
  /** What the bucket would hold if this gateway had spent nothing since Redis left. */
  unspent: BucketLevel;
}

/** A time in which Redis is away. */
interface Outage {
  readonly gateways: number;
  readonly store: MemoryStore;
  readonly shares: LRUCache<string, Share>;
}

export interface SharedStoreOptions {
  readonly redis: Pick<RedisStore, 'take' | 'refund' | 'lower'>;
  /** The number of gateways that Redis had at last. */
  readonly gateways: () => number;
  /** Called when Redis leaves and when it is back. */
  readonly onOutage: (isAway: boolean) => void;
  /** Milliseconds of a clock that never goes back. */
  readonly now?: () => number;
}

/**
 * The buckets of all gateways in Redis. While Redis is away, each gateway spends its share of every bucket: the last level that it saw and the rate,
 * divided by the number of gateways. When Redis is back, each gateway first takes there what it has spent meanwhile, so that no point is granted
 * twice.
 */
export class SharedStore implements BudgetStore {
  readonly #options: SharedStoreOptions;
  readonly #now: () => number;
  readonly #known = new LRUCache<string, Known>({ max: maxKnown });
  #outage: Outage | undefined;
  /** The outage that ends as soon as Redis has its withdrawals. */
  #ending: Outage | undefined;

  constructor(options: SharedStoreOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => Math.floor(performance.now()));
  }

  get isAway(): boolean {
    return this.#outage !== undefined;
  }

  async take(withdrawal: Withdrawal): Promise<Withdrawn> {
    if (this.#outage) return this.#takeShare(this.#outage, withdrawal);
    try {
      const { units, ...withdrawn } = await this.#options.redis.take(withdrawal);
      const { key, size } = withdrawal;
      this.#known.set(key, { size, level: { units, at: this.#now() } });
      return withdrawn;
    } catch {
      return this.#takeShare(this.leave(), withdrawal);
    }
  }

  async refund(key: string, size: BucketSize, points: number): Promise<void> {
    if (this.#outage) return this.#refundShare(this.#outage, key, size, points);
    try {
      await this.#options.redis.refund(key, size, points);
    } catch {
      this.#refundShare(this.leave(), key, size, points);
    }
  }

  /** Begins to spend shares, if that has not begun yet. */
  leave(): Outage {
    if (this.#ending) {
      this.#outage = this.#ending;
      return this.#outage;
    }
    if (this.#outage) return this.#outage;
    const gateways = Math.max(1, this.#options.gateways());
    this.#outage = { gateways, store: new MemoryStore(this.#now), shares: new LRUCache({ max: maxKnown }) };
    this.#options.onOutage(true);
    return this.#outage;
  }

  /**
   * Takes from Redis what was spent meanwhile, then uses Redis again. Commands of one connection keep their order, so that every later withdrawal
   * finds these points taken. Rejects if Redis leaves again; the shares then stay in use.
   * @param isEmpty true if Redis has lost its data since it left
   */
  async rejoin(isEmpty: boolean): Promise<void> {
    const outage = this.#outage;
    if (!outage || this.#ending) return;
    const now = this.#now();
    const sent: Promise<void>[] = [];
    if (isEmpty)
      for (const [key, { size, level }] of this.#known.entries()) {
        sent.push(this.#options.redis.lower(key, size, 0, refill(level, size, now).units));
      }
    for (const [key, share] of outage.shares) {
      const { size } = share;
      const own = shareOf(size, outage.gateways);
      const spent = refill(share.unspent, own, now).units - outage.store.level(key, own).units;
      if (spent !== 0) sent.push(this.#options.redis.lower(key, size, spent / own.perMs, undefined));
    }
    this.#outage = undefined;
    this.#ending = outage;
    try {
      await Promise.all(sent);
      if (!this.#outage) this.#options.onOutage(false);
    } catch (error) {
      // What some withdrawals took before they failed is taken once more at the next return: too little is granted, never too much.
      this.#outage = outage;
      throw error;
    } finally {
      this.#ending = undefined;
    }
  }

  #takeShare(outage: Outage, withdrawal: Withdrawal): Withdrawn {
    const { key, size } = withdrawal;
    return outage.store.take({ ...withdrawal, size: this.#share(outage, key, size) });
  }

  #refundShare(outage: Outage, key: string, size: BucketSize, points: number): void {
    outage.store.refund(key, this.#share(outage, key, size), points);
  }

  /** Finds this gateway's share of a bucket. */
  #share({ gateways, store, shares }: Outage, key: string, size: BucketSize): BucketSize {
    const own = shareOf(size, gateways);
    if (shares.has(key)) return own;
    const now = this.#now();
    const known = this.#known.get(key);
    const left = known ? refill(known.level, size, now) : fullBucket(size, now);
    // One point is `size.perMs` units of the bucket, and `gateways` times as many of the share. The share has one of `gateways` parts of them.
    const units = Math.min(left.units, own.burst * own.perMs);
    shares.set(key, { size, unspent: { units, at: now } });
    store.setLevel(key, units);
    return own;
  }
}
