import { type ChildProcess, fork } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { createLog, type Log } from '#shared/runtime/log.ts';
import { openCuttableLine } from '../../../../subgraphs/shared/test/cuttable-line.ts';
import { type RedisServer, redisIsAvailable, startRedis } from '../../../../subgraphs/shared/test/redis-server.ts';
import { perSecond } from '../bucket.ts';
import { openRedisBudgets } from '../redis-budgets.ts';
import { RedisStore } from '../redis-store.ts';
import { SharedStore } from '../shared-store.ts';
import type { SpenderOrder } from './spender.ts';

const describeWithRedis = redisIsAvailable ? describe : describe.skip;

let server: RedisServer;
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

async function reportOf(child: ChildProcess): Promise<{ granted: number; cost: number }> {
  const [report] = await once(child, 'message');
  return report;
}

/** Restores a point in eleven days. */
const still = { burst: 500, points: 1, perMs: 1_000_000_000 };

describeWithRedis('several gateways', () => {
  test('200 requests at once over 4 processes get exactly the points of the bucket, and the balance is what they cost', async () => {
    const order: SpenderOrder = { url: server.url, key: 'crowd', size: still, requests: 50, price: 10 };
    const children = Array.from({ length: 4 }, () =>
      fork(join(import.meta.dirname, 'spender.ts'), [JSON.stringify(order)], { execArgv: ['--no-warnings'] }),
    );
    const tell = async (message: string) => {
      const reports = children.map(reportOf);
      for (const child of children) child.send(message);
      return Promise.all(reports);
    };
    try {
      await Promise.all(children.map(reportOf));
      const granted = (await tell('take')).reduce((sum, report) => sum + report.granted, 0);
      expect(granted).toBe(50);
      const cost = (await tell('settle')).reduce((sum, report) => sum + report.cost, 0);
      expect(cost).toBeGreaterThan(0);
      const { available } = await new RedisStore(redis).take({ key: 'crowd', size: still, points: 0 });
      expect(available).toBe(500 - cost);
    } finally {
      for (const child of children) child.kill();
    }
  });
});

const size = perSecond(50, 1_000);

/** Gateways that share one Redis on a clock of the test. The test takes Redis away from them and returns it. */
function openGateways(count: number) {
  const key = `outage-${Math.random()}`;
  const clock = { now: 1_000_000 };
  const line = { isCut: false };
  const real = new RedisStore(redis, () => clock.now);
  const through = async <T>(call: () => Promise<T>): Promise<T> => {
    if (line.isCut) throw new Error('Redis is away');
    return call();
  };
  const outages: boolean[] = [];
  const gateways = Array.from({ length: count }, () => {
    return new SharedStore({
      redis: {
        take: (withdrawal) => through(() => real.take(withdrawal)),
        refund: (...given) => through(() => real.refund(...given)),
        lower: (...given) => through(() => real.lower(...given)),
      },
      gateways: () => count,
      onOutage: (isAway) => outages.push(isAway),
      now: () => clock.now,
    });
  });
  /** Takes points one by one until the gateway refuses. */
  const drain = async (gateway: SharedStore | undefined): Promise<number> => {
    let taken = 0;
    while ((await gateway?.take({ key, size, points: 1 }))?.granted) taken += 1;
    return taken;
  };
  const take = (gateway: SharedStore | undefined, points: number) => gateway?.take({ key, size, points });
  const refund = (gateway: SharedStore | undefined, points: number) => gateway?.refund(key, size, points);
  const left = async () => (await real.take({ key, size, points: 0 })).available;
  return { gateways, clock, line, outages, drain, take, refund, left };
}

(redisIsAvailable ? test : test.skip)(
  'a gateway leaves Redis when the connection breaks, and returns when it is back',
  async () => {
    const line = await openCuttableLine(server.url);
    const told = new EventEmitter();
    const log = {
      ...createLog('test', 'silent'),
      error: () => told.emit('left'),
      info: () => told.emit('returned'),
      warn: () => {},
    };
    const { store, close } = openRedisBudgets(line.url, log as unknown as Log); // only these methods are called
    try {
      await once(told, 'returned');
      const take = (points: number) => store.take({ key: 'line', size: still, points });
      expect(await take(300)).toMatchObject({ granted: true, available: 200 });
      const left = once(told, 'left');
      await line.cut();
      await left;
      expect(await take(150)).toMatchObject({ granted: true, available: 50 });
      const returned = once(told, 'returned');
      await line.mend();
      await returned;
      expect(await take(60)).toMatchObject({ granted: false, available: 50 });
    } finally {
      await close();
      await line.close();
    }
  },
);

describeWithRedis('while Redis is away', () => {
  test('each gateway spends its share of what was left and of the rate, and no request fails', async () => {
    const { gateways, clock, line, drain, take, outages } = openGateways(2);
    const [one, other] = gateways;
    await take(one, 300);
    await take(other, 100);
    line.isCut = true;
    // 600 points were left when the second gateway looked last, and 700 when the first did.
    expect([await drain(one), await drain(other)]).toEqual([350, 300]);
    clock.now += 2_000;
    expect([await drain(one), await drain(other)]).toEqual([50, 50]);
    expect(outages).toEqual([true, true]);
  });

  test('a caller whom a gateway has not seen yet has its share of a full bucket there', async () => {
    const { gateways, line, drain } = openGateways(4);
    line.isCut = true;
    expect(await drain(gateways[0])).toBe(250);
  });

  test('what was spent is missing when Redis is back, so that nothing is granted twice', async () => {
    const { gateways, clock, line, drain, left } = openGateways(2);
    const [one, other] = gateways;
    await drain(one);
    line.isCut = true;
    await drain(other);
    clock.now += 4_000; // restores 200 points
    expect(await drain(one)).toBe(100);
    line.isCut = false;
    await Promise.all(gateways.map((gateway) => gateway.rejoin(false)));
    // 200 points were restored, and the second gateway, which had not seen the caller yet, spent half of a full bucket.
    expect(await left()).toBe(0);
    expect(gateways.map(({ isAway }) => isAway)).toEqual([false, false]);
  });

  test('a long absence costs the bucket only what the gateways could not restore', async () => {
    const { gateways, clock, line, drain, take, left } = openGateways(2);
    const [one, other] = gateways;
    await take(one, 1);
    await take(other, 1);
    line.isCut = true;
    for (let minute = 0; minute < 10; minute++) {
      await drain(one);
      clock.now += 60_000;
    }
    await take(one, 100);
    line.isCut = false;
    await Promise.all(gateways.map((gateway) => gateway.rejoin(false)));
    expect(await left()).toBe(900);
  });

  test('a Redis that comes back empty does not refill the buckets', async () => {
    const { gateways, line, drain, take, left } = openGateways(2);
    const [one, other] = gateways;
    await take(one, 700);
    await take(other, 100);
    line.isCut = true;
    expect(await drain(other)).toBe(100);
    await redis.flushdb();
    line.isCut = false;
    for (const gateway of gateways) await gateway.rejoin(true);
    expect(await left()).toBe(100);
  });

  test('the refund of an operation that began before is spent from the share, and counts in Redis later', async () => {
    const { gateways, line, drain, refund, left } = openGateways(1);
    const [gateway] = gateways;
    await drain(gateway);
    line.isCut = true;
    await refund(gateway, 25);
    expect((await drain(gateway)) && gateway?.isAway).toBe(true);
    await refund(gateway, 10);
    line.isCut = false;
    await gateway?.rejoin(false);
    expect(await left()).toBe(10);
  });

  test('a Redis that leaves again while it comes back changes nothing', async () => {
    const { gateways, line, drain, left } = openGateways(1);
    const [gateway] = gateways;
    await gateway?.take({ key: 'x', size, points: 1 });
    line.isCut = true;
    await drain(gateway);
    await expect(gateway?.rejoin(false)).rejects.toThrow('Redis is away');
    expect(gateway?.isAway).toBe(true);
    expect(await drain(gateway)).toBe(0);
    line.isCut = false;
    await gateway?.rejoin(false);
    expect(await left()).toBe(0);
  });
});
