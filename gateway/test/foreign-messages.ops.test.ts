import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { createLog } from '#shared/runtime/log.ts';
import { somebody } from '#shared/test/harness.ts';
import { type RedisServer, startRedis } from '../../subgraphs/shared/test/redis-server.ts';
import { RedisStore } from '../access/budget/redis-store.ts';
import { type SmallGraph, startSmallGraph } from '../testing/small-graph.ts';
import { startTestGateway, type TestGateway } from '../testing/test-gateway.ts';

/** Two gateways of different releases that share a Redis, in which there is also what neither of them knows. */
const dataDir = mkdtempSync(join(tmpdir(), 'freight-keys-'));
const lines: string[] = [];
let server: RedisServer;
let redis: Redis;
let graph: SmallGraph;
let older: TestGateway;
let newer: TestGateway;

beforeAll(async () => {
  [server, graph] = await Promise.all([startRedis(), startSmallGraph()]);
  redis = new Redis(server.url);
  const start = (release: string) =>
    startTestGateway(
      {
        access: { kind: 'freight', dataDir },
        redisUrl: server.url,
        release,
        budgetMode: 'enforce',
        compared: { release },
      },
      graph,
      createLog('gateway', 'warn', { write: (line: string) => void lines.push(line) }),
    );
  [older, newer] = [await start('1.0.0'), await start('2.0.0')];
});
afterAll(async () => {
  await older?.[Symbol.asyncDispose]();
  await newer?.[Symbol.asyncDispose]();
  redis?.disconnect();
  await graph?.close();
  await server?.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

const unknown = ['not JSON', '', '42', 'null', '[1,2]', '{"version":2,"call":{"id":"x"}}', '"'.repeat(3)];

/** The channels on which both gateways listen. */
async function channels(): Promise<readonly string[]> {
  for (;;) {
    const found = (await redis.pubsub('CHANNELS', '*')) as string[];
    if (found.length >= 2) return found;
  }
}

test('messages of unknown shape are ignored on every channel, and each gateway logs the first one', async () => {
  const found = await channels();
  expect(found).toEqual(expect.arrayContaining(['access.changed', 'gateway.call.finished']));
  for (const channel of found) for (const message of unknown) expect(await redis.publish(channel, message)).toBe(2);
  const reports = () => lines.map((line) => JSON.parse(line)).filter(({ topic }) => topic !== undefined);
  while (reports().length < 2) await new Promise(setImmediate);
  const report = {
    topic: 'gateway.call.finished',
    msg: 'a message of unknown shape is ignored; a gateway of another release may have sent it',
  };
  expect(reports()).toMatchObject([report, report]);
});

async function releasesSeenBy({ adminUrl }: TestGateway): Promise<number> {
  const metrics = await (await fetch(`${adminUrl}/metrics`)).text();
  return Number(/^gateway_peer_releases (\d+)$/m.exec(metrics)?.[1]);
}

test('both gateways serve, and each counts the other one as another release', async () => {
  await redis.zadd('freight:gateway-heartbeats', Date.now(), '{"id":"a gateway of release 3"}');
  for (const gateway of [older, newer]) {
    const token = await gateway.tokenFor(somebody(['CUSTOMER']));
    const { data, errors } = await gateway.ask('{ people { name } }', {}, { authorization: `Bearer ${token}` });
    expect({ errors, people: data.people.length }).toEqual({ errors: [], people: 2 });
    // Its own, that of the other gateway, and that of a sign of life that it can't read: seen at the next one of its own, after 5 s at most.
    while ((await releasesSeenBy(gateway)) !== 3) await delay(100);
  }
});

test('gateways of both releases take exactly the points of a bucket that has fields they do not know', async () => {
  /** Restores a point in eleven days. */
  const size = { burst: 500, points: 1, perMs: 1_000_000_000 };
  const other = new Redis(server.url);
  try {
    const stores = [new RedisStore(redis), new RedisStore(other)];
    const take = (store: RedisStore) => store.take({ key: 'shared', size, points: 10 });
    const [first] = await Promise.all(stores.map(take));
    expect(first?.granted).toBe(true);
    await redis.hset('freight:budget:shared', 'fieldOfRelease3', '{"points":1}');
    const rest = await Promise.all(Array.from({ length: 60 }, (_, at) => take(stores[at % 2] ?? stores[0]!)));
    expect(rest.filter(({ granted }) => granted)).toHaveLength(48);
  } finally {
    other.disconnect();
  }
});
