import type { Redis } from 'ioredis';
import { z } from 'zod';
import { type BucketSize, pointsIn, waitMs } from './bucket.ts';
import type { BudgetStore, Withdrawal, Withdrawn } from './budget-store.ts';
import { withdrawScript } from './redis-script.ts';

const reply = z.tuple([z.number(), z.coerce.number()]);

export interface RedisWithdrawn extends Withdrawn {
  /** Units that are left: see `BucketLevel`. */
  readonly units: number;
}

/** The buckets of all gateways, in Redis. A script changes a bucket in one step, on the clock of Redis. */
export class RedisStore implements BudgetStore {
  readonly #redis: Redis;
  readonly #now: (() => number) | undefined;

  /** @param now milliseconds; by default the clock of Redis */
  constructor(redis: Redis, now?: () => number) {
    this.#redis = redis;
    this.#now = now;
  }

  take({ key, size, points, always = false }: Withdrawal): Promise<RedisWithdrawn> {
    return this.#withdraw(key, size, points, always);
  }

  async refund(key: string, size: BucketSize, points: number): Promise<void> {
    await this.#withdraw(key, size, -points, true);
  }

  /** Takes points after the bucket was lowered to at most these units. */
  async lower(key: string, size: BucketSize, points: number, most: number | undefined): Promise<void> {
    await this.#withdraw(key, size, points, true, most);
  }

  async #withdraw(
    key: string,
    size: BucketSize,
    points: number,
    always: boolean,
    most?: number,
  ): Promise<RedisWithdrawn> {
    const { burst, points: restored, perMs } = size;
    const [taken, units] = reply.parse(
      await this.#redis.eval(
        withdrawScript,
        1,
        `freight:budget:${key}`,
        burst,
        restored,
        perMs,
        points,
        always ? '1' : '0',
        this.#now?.() ?? '',
        most === undefined ? '' : Math.floor(most),
      ),
    );
    const left = { units, at: 0 };
    const granted = taken === 1;
    return { granted, units, available: pointsIn(left, size), waitMs: granted ? 0 : waitMs(left, size, points) };
  }
}
