import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Redis } from 'ioredis';
import { runs } from '#shared/test/random.ts';
import { type RedisServer, redisIsAvailable, startRedis } from '../../../../subgraphs/shared/test/redis-server.ts';
import { perSecond, perWindow } from '../bucket.ts';
import type { BudgetStore } from '../budget-store.ts';
import { MemoryStore } from '../memory-store.ts';
import { RedisStore } from '../redis-store.ts';

let server: RedisServer | undefined;
let redis: Redis | undefined;
beforeAll(async () => {
  if (!redisIsAvailable) return;
  server = await startRedis();
  redis = new Redis(server.url);
});
afterAll(async () => {
  redis?.disconnect();
  await server?.stop();
});

type Open = (now: () => number) => BudgetStore;
const stores: [string, Open][] = [['in memory', (now) => new MemoryStore(now)]];
if (redisIsAvailable) {
  stores.push([
    'in Redis',
    (now) => {
      if (!redis) throw new Error('the server has not been started');
      return new RedisStore(redis, now);
    },
  ]);
}

let keys = 0;
const size = perSecond(50, 1_000);

describe.each(stores)('a budget %s', (_where, open) => {
  /** An unused bucket, on a clock of the test. */
  function openBucket(bucketSize = size) {
    const key = `test-${++keys}`;
    const clock = { now: 1_000_000 };
    const store = open(() => clock.now);
    return {
      clock,
      take: (points: number, always = false) => store.take({ key, size: bucketSize, points, always }),
      refund: (points: number) => store.refund(key, bucketSize, points),
    };
  }

  test('is full at first, and never holds more than its burst', async () => {
    const bucket = openBucket();
    expect(await bucket.take(0)).toMatchObject({ granted: true, available: 1_000, waitMs: 0 });
    bucket.clock.now += 60_000;
    await bucket.refund(10);
    expect(await bucket.take(0)).toMatchObject({ available: 1_000 });
  });

  test('grants what it has, and refuses more without taking anything', async () => {
    const bucket = openBucket();
    expect(await bucket.take(900)).toMatchObject({ granted: true, available: 100 });
    expect(await bucket.take(101)).toMatchObject({ granted: false, available: 100 });
    expect(await bucket.take(100)).toMatchObject({ granted: true, available: 0 });
  });

  test('restores its points evenly, and states the exact time after which it has enough', async () => {
    const bucket = openBucket();
    await bucket.take(1_000);
    const { waitMs } = await bucket.take(7);
    expect(waitMs).toBe(140);
    bucket.clock.now += waitMs - 1;
    expect(await bucket.take(7)).toMatchObject({ granted: false, waitMs: 1 });
    bucket.clock.now += 1;
    expect(await bucket.take(7)).toMatchObject({ granted: true, available: 0 });
  });

  test('takes a refund back', async () => {
    const bucket = openBucket();
    await bucket.take(600);
    await bucket.refund(450);
    expect(await bucket.take(0)).toMatchObject({ available: 850 });
  });

  test('that is only measured becomes empty, never less', async () => {
    const bucket = openBucket();
    expect(await bucket.take(1_500, true)).toMatchObject({ granted: true, available: 0 });
    bucket.clock.now += 20;
    expect(await bucket.take(1)).toMatchObject({ granted: true });
  });

  test('ignores a clock that goes back', async () => {
    const bucket = openBucket();
    await bucket.take(1_000);
    bucket.clock.now -= 5_000;
    expect(await bucket.take(1)).toMatchObject({ granted: false });
    bucket.clock.now += 5_020;
    expect(await bucket.take(1)).toMatchObject({ granted: true });
  });

  test('of 100 requests in 15 minutes restores one every 9 seconds', async () => {
    const bucket = openBucket(perWindow(100, 900));
    await bucket.take(100);
    expect(await bucket.take(1)).toMatchObject({ granted: false, waitMs: 9_000 });
    bucket.clock.now += 9_000;
    expect(await bucket.take(1)).toMatchObject({ granted: true, available: 0 });
  });

  test('never grants more than burst + rate × time + refunds, whatever the order', async () => {
    const step = fc.record({
      pauseMs: fc.nat(3_000),
      price: fc.nat(400),
      cost: fc.nat(400),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const bucket = openBucket();
        let spent = 0;
        for (const { pauseMs, price, cost } of steps) {
          bucket.clock.now += pauseMs;
          const { granted } = await bucket.take(price);
          if (granted) {
            const actual = Math.min(cost, price);
            await bucket.refund(price - actual);
            spent += actual;
          }
          expect(spent).toBeLessThanOrEqual(1_000 + ((bucket.clock.now - 1_000_000) * 50) / 1_000);
        }
      }),
      { numRuns: runs(30) },
    );
  });
});
