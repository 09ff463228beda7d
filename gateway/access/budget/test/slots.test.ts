import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { type RedisServer, redisIsAvailable, startRedis } from '../../../../subgraphs/shared/test/redis-server.ts';
import { RedisSlots } from '../redis-slots.ts';
import { SharedSlots } from '../shared-slots.ts';
import { MemorySlots, type SlotStore } from '../slots.ts';

let server: RedisServer | undefined;
let redis: Redis;
beforeAll(async () => {
  if (!redisIsAvailable) return;
  server = await startRedis();
  redis = new Redis(server.url);
});
afterAll(async () => {
  redis?.disconnect();
  await server?.stop();
});

const gatewaysKey = 'test:gateways';
const seenMs = 60_000;
let gateways = 0;

/** A gateway whose last sign of life is this moment. The test takes Redis away from it and returns it. */
async function openGateway(count = 1) {
  const gateway = `gateway-${++gateways}`;
  const line = { isAway: false, isCut: false };
  const real = new RedisSlots({ redis, gateway, gatewaysKey, seenMs });
  const through = async <T>(call: () => Promise<T>): Promise<T> => {
    if (line.isCut) throw new Error('Redis is away');
    return call();
  };
  const slots = new SharedSlots({
    redis: {
      hold: (...given) => through(() => real.hold(...given)),
      state: (...given) => through(() => real.state(...given)),
    },
    isAway: () => line.isAway,
    gateways: () => count,
    onFailure: () => {
      line.isAway = true;
    },
  });
  await redis.zadd(gatewaysKey, Date.now(), gateway);
  return { slots, line, kill: () => redis.zrem(gatewaysKey, gateway) };
}

const stores: [string, () => Promise<SlotStore>][] = [['in memory', async () => new MemorySlots()]];
if (redisIsAvailable) stores.push(['in Redis', async () => (await openGateway()).slots]);

/** Takes slots until none is left. */
async function fill(slots: SlotStore, key: string, max: number) {
  const releases: (() => void)[] = [];
  for (let release = await slots.take(key, max); release; release = await slots.take(key, max)) releases.push(release);
  return releases;
}

describe.each(stores)('slots %s', (where, open) => {
  const key = `caller of ${where}`;

  test('are as many as the maximum for each caller, and free again after their release', async () => {
    const slots = await open();
    const releases = await fill(slots, key, 3);
    expect(releases).toHaveLength(3);
    expect(await slots.take(`another ${key}`, 3)).toBeDefined();
    releases[0]?.();
    releases[0]?.(); // has no effect
    expect(await fill(slots, key, 3)).toHaveLength(1);
    for (const release of releases) release();
  });

  test('of a crowd at once are exactly as many as the maximum', async () => {
    const slots = await open();
    const taken = await Promise.all(Array.from({ length: 200 }, () => slots.take(`crowd ${key}`, 50)));
    expect(taken.filter((release) => release !== undefined)).toHaveLength(50);
    for (const release of taken) release?.();
    expect(await fill(slots, `crowd ${key}`, 50)).toHaveLength(50);
  });
});

(redisIsAvailable ? describe : describe.skip)('the slots of several gateways', () => {
  test('have one maximum for all of them', async () => {
    const crowd = await Promise.all(Array.from({ length: 4 }, () => openGateway(4)));
    const taken = await Promise.all(
      crowd.flatMap(({ slots }) => Array.from({ length: 50 }, () => slots.take('several', 50))),
    );
    expect(taken.filter((release) => release !== undefined)).toHaveLength(50);
    for (const release of taken) release?.();
    await Promise.all(crowd.map(({ slots }) => slots.flush()));
    expect(await fill(crowd[0]!.slots, 'several', 50)).toHaveLength(50);
  });

  test('of a gateway that was killed are free when its signs of life have ended', async () => {
    const [one, other] = [await openGateway(2), await openGateway(2)];
    await fill(one.slots, 'killed', 5);
    expect(await other.slots.take('killed', 5)).toBeUndefined();
    await one.kill();
    expect(await fill(other.slots, 'killed', 5)).toHaveLength(5);
  });

  test('are divided while Redis is away, and are known to it when it is back', async () => {
    const [one, other] = [await openGateway(2), await openGateway(2)];
    const [release] = await fill(one.slots, 'away', 1);
    release?.();
    one.line.isCut = true;
    expect(await fill(one.slots, 'away', 10)).toHaveLength(5);
    expect(one.line.isAway).toBe(true);
    Object.assign(one.line, { isCut: false, isAway: false });
    await one.slots.renew();
    expect(await fill(other.slots, 'away', 10)).toHaveLength(5);
  });

  test('are stated again after Redis has lost them', async () => {
    const [one, other] = [await openGateway(2), await openGateway(2)];
    await fill(one.slots, 'lost', 4);
    await redis.del('freight:slots:lost');
    await one.slots.renew();
    expect(await other.slots.take('lost', 4)).toBeUndefined();
  });
});
