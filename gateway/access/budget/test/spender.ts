import { Redis } from 'ioredis';
import type { BucketSize } from '../bucket.ts';
import { RedisStore } from '../redis-store.ts';

/** What a process of the test is to spend. */
export interface SpenderOrder {
  readonly url: string;
  readonly key: string;
  readonly size: BucketSize;
  readonly requests: number;
  readonly price: number;
}

/**
 * A process that spends from one bucket. It connects and reports `ready`. At the message `take` it sends all its requests at once and reports how many
 * were granted. At the message `settle` it refunds a part of each and reports what they cost.
 */
const { url, key, size, requests, price } = JSON.parse(process.argv[2] ?? '') as SpenderOrder;
const redis = new Redis(url);
const store = new RedisStore(redis);
let granted = 0;

process.on('message', async (message) => {
  if (message === 'take') {
    const taken = await Promise.all(Array.from({ length: requests }, () => store.take({ key, size, points: price })));
    granted = taken.filter((one) => one.granted).length;
    process.send?.({ granted });
    return;
  }
  const costs = Array.from({ length: granted }, (_, index) => index % (price + 1));
  await Promise.all(costs.map((cost) => store.refund(key, size, price - cost)));
  process.send?.({ cost: costs.reduce((sum, cost) => sum + cost, 0) });
  redis.disconnect();
  process.disconnect?.();
});
await redis.ping();
process.send?.({ ready: true });
