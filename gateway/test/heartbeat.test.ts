import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { createLog } from '#shared/runtime/log.ts';
import { type RedisServer, redisIsAvailable, startRedis } from '../../subgraphs/shared/test/redis-server.ts';
import type { GatewayConfig } from '../config.ts';
import { readGatewayConfig } from '../read-config.ts';
import { type SmallGraph, startSmallGraph } from '../testing/small-graph.ts';
import { startTestGateway, type TestGateway } from '../testing/test-gateway.ts';

/** Gateways that share a Redis, as an operator sees them in their metrics and logs. */
const dataDir = mkdtempSync(join(tmpdir(), 'freight-keys-'));
let server: RedisServer;
let graph: SmallGraph;
let first: TestGateway;

const describeWithRedis = redisIsAvailable ? describe : describe.skip;

const comparedOf = (environment: NodeJS.ProcessEnv) => readGatewayConfig([], environment).compared;

const start = (settings: Partial<GatewayConfig> = {}, log?: ReturnType<typeof createLog>) =>
  startTestGateway(
    {
      access: { kind: 'freight', dataDir },
      redisUrl: server.url,
      release: '1.0.0',
      compared: comparedOf({}),
      ...settings,
    },
    graph,
    log,
  );

/** Waits until the gateway has given a sign of life. @returns its figures of gateways, releases and settings */
async function peersOf({ adminUrl }: TestGateway): Promise<(number | undefined)[]> {
  for (;;) {
    const text = await (await fetch(`${adminUrl}/metrics`)).text();
    const figures = ['gateway_peers', 'gateway_peer_releases', 'gateway_peer_settings'].map((name) => {
      const found = new RegExp(`^${name} (\\d+)$`, 'm').exec(text)?.[1];
      return found === undefined ? undefined : Number(found);
    });
    if (figures[0] !== undefined) return figures;
  }
}

beforeAll(async () => {
  if (!redisIsAvailable) return;
  [server, graph] = await Promise.all([startRedis(), startSmallGraph()]);
  first = await start();
  await peersOf(first);
});
afterAll(async () => {
  await first?.[Symbol.asyncDispose]();
  await graph?.close();
  await server?.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

describeWithRedis('gateways that share a Redis', () => {
  test('find each other, and agree', async () => {
    await using second = await start();
    expect(await peersOf(second)).toEqual([2, 1, 1]);
  });

  test('of another release are told apart; their settings are not compared', async () => {
    await using second = await start({ release: '1.1.0', compared: { NEW: '1' } });
    expect(await peersOf(second)).toEqual([2, 2, 1]);
  });

  test('name the settings that differ, without their values', async () => {
    const lines: string[] = [];
    const log = createLog('gateway', 'warn', { write: (line: string) => void lines.push(line) });
    await using second = await start({ compared: comparedOf({ MAX_QUERY_COST: '4711', PORT: '0' }) }, log);
    expect(await peersOf(second)).toEqual([2, 1, 2]);
    const reports = () => lines.map((line) => JSON.parse(line)).filter(({ settings }) => settings !== undefined);
    while (reports().length === 0) await new Promise(setImmediate);
    expect(reports()).toMatchObject([
      { settings: ['MAX_QUERY_COST'], msg: 'another gateway of this release has other settings' },
    ]);
    expect(lines.join()).not.toContain('4711');
  });

  test('keep nothing in Redis from which a setting or secret can be guessed', async () => {
    const redis = new Redis(server.url);
    try {
      const keys = await redis.keys('freight:gateway-settings:*');
      const texts = await redis.mget(keys);
      const values = texts.flatMap((text) => Object.values(JSON.parse(text ?? '{}')));
      expect(values.length).toBeGreaterThan(10);
      expect(values.filter((value) => !/^[\w-]{16}$/.test(String(value)))).toEqual([]);
      for (const key of [...keys, 'freight:gateway-heartbeats']) expect(await redis.pttl(key)).toBeGreaterThan(0);
    } finally {
      redis.disconnect();
    }
  });

  test('that end are forgotten at once', async () => {
    const ended = await start();
    await peersOf(ended);
    await ended[Symbol.asyncDispose]();
    await using next = await start();
    expect(await peersOf(next)).toEqual([2, 1, 1]);
  });
});

test('settings that belong to one process are not compared', () => {
  const names = Object.keys(comparedOf({ MAX_QUERY_COST: '1', REDIS_URL: 'redis://localhost', RELEASE: '1' }));
  expect(names).toEqual(expect.arrayContaining(['MAX_QUERY_COST', 'SUBGRAPH_URLS']));
  for (const name of ['PORT', 'ADMIN_PORT', 'HOST', 'REDIS_URL', 'RELEASE']) expect(names).not.toContain(name);
});
