import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import type { HealthPart } from '#shared/runtime/health.ts';
import { createLog, type Log } from '#shared/runtime/log.ts';
import { ClockWatch } from '../observe/clock-watch.ts';
import { mergeParts } from '../observe/merge-parts.ts';
import { SubgraphHealth } from '../observe/subgraph-health.ts';
import { healthRouteProbe, type ProbeReport } from '../observe/subgraph-probes.ts';
import { startTestGateway } from '../testing/test-gateway.ts';

const dataDir = mkdtempSync(join(tmpdir(), 'freight-readiness-'));
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));
const freight = { access: { kind: 'freight', dataDir } } as const;
const since = '2026-03-01T10:00:00.000Z';
const part = (name: string, changes: Partial<HealthPart> = {}): HealthPart => ({
  name,
  status: 'up',
  since,
  reason: null,
  ...changes,
});
const ready = async (url: string) => {
  const response = await fetch(`${url}/health/ready`);
  const body = (await response.json()) as { status: string; parts: HealthPart[] };
  return { code: response.status, ...body };
};

describe('the gateway in front of our own subgraphs', () => {
  test('reports the parts of its subgraphs: operators see their names, the public does not', async () => {
    await using gateway = await startTestGateway(freight);
    const reason = 'seeding: the history is being loaded.';
    gateway.graph.people.health.parts = [part('seeding', { status: 'degraded', reason }), part('redis')];
    gateway.graph.parcels.health.parts = [part('seeding', { status: 'degraded', reason }), part('redis')];
    const seenByPublic = await ready(gateway.url);
    expect(seenByPublic).toMatchObject({ code: 200, status: 'degraded' });
    expect(seenByPublic.parts).toContainEqual(part('seeding', { status: 'degraded', reason }));
    expect(JSON.stringify(seenByPublic)).not.toMatch(/people|parcels/);
    const seenByOperators = await ready(gateway.adminUrl);
    expect(seenByOperators.parts).toEqual([
      { name: 'parcels', status: 'degraded', since: expect.any(String), reason },
      { name: 'people', status: 'degraded', since: expect.any(String), reason },
      { name: 'clock', status: 'up', since: expect.any(String), reason: null },
      part('seeding', { status: 'degraded', reason: `${reason} (parcels, people)` }),
      part('redis'),
    ]);
  });

  test('is out of rotation while the databases of all subgraphs are away', async () => {
    await using gateway = await startTestGateway(freight);
    const down = part('database', { status: 'down', reason: 'The database does not respond.' });
    for (const subgraph of [gateway.graph.people, gateway.graph.parcels])
      subgraph.health = { status: 503, parts: [down] };
    const found = await ready(gateway.url);
    expect(found).toMatchObject({ code: 503, status: 'unavailable' });
    expect(found.parts).toContainEqual(down);
    expect(found.parts[0]).toMatchObject({ name: 'subgraphs', status: 'down' });
  });

  test('probes its subgraphs once per second, however often its health is read', async () => {
    await using gateway = await startTestGateway(freight);
    await Promise.all(Array.from({ length: 50 }, () => ready(gateway.url)));
    await ready(gateway.adminUrl);
    expect([gateway.graph.people.probes(), gateway.graph.parcels.probes()]).toEqual([1, 1]);
  });

  test.each([
    ['tolerates clocks that are 4 minutes apart', -240_000, 'ready', null],
    [
      'reports clocks that are 7 minutes apart',
      420_000,
      'degraded',
      expect.stringMatching(
        /^The clocks of gateway and subgraphs differ by 4(19|20|21) s; at most 300 s are tolerated\.$/,
      ),
    ],
  ])('%s', async (_, aheadMs, status, reason) => {
    await using gateway = await startTestGateway(freight);
    gateway.graph.people.health.clock = () => new Date(Date.now() + aheadMs);
    const found = await ready(gateway.url);
    expect(found).toMatchObject({ code: 200, status });
    expect(found.parts.find(({ name }) => name === 'clock')).toMatchObject({ reason });
  });
});

describe('a round of probes', () => {
  test('ends in bounded time if a subgraph is silent', async () => {
    const aborted = new Promise<Response>((_resolve, reject) => setImmediate(() => reject(new Error('timeout'))));
    const health = new SubgraphHealth(healthRouteProbe(() => aborted));
    expect(await health.check({ people: { url: 'http://127.0.0.1:1/graphql' } })).toEqual(
      new Map([['people', { isUp: false, parts: [] }]]),
    );
  });

  test.each([
    ['a subgraph without such a route', new Response('not here', { status: 404 }), true],
    ['a subgraph that fails', new Response('oh', { status: 500 }), false],
    ['parts with an unknown form', Response.json({ parts: [{ name: 1 }] }), true],
  ])('accepts %s', async (_, response, isUp) => {
    const report = await healthRouteProbe(async () => response)('people', 'http://127.0.0.1:1/graphql');
    expect(report).toMatchObject({ isUp, parts: [] });
  });

  test('starts again if the supergraph has other subgraphs', async () => {
    const asked: string[] = [];
    const health = new SubgraphHealth(async (name) => {
      asked.push(name);
      return { isUp: true, parts: [] };
    });
    await health.check({ people: { url: 'http://a' } });
    await health.check({ people: { url: 'http://a' } });
    await health.check({ people: { url: 'http://a' }, parcels: { url: 'http://b' } });
    expect(asked).toEqual(['people', 'people', 'parcels']);
  });
});

describe('parts of several processes', () => {
  test('with one name are merged: the worst status, its earliest time and all reasons', () => {
    const earlier = '2026-03-01T09:00:00.000Z';
    const reported = [
      { ...part('redis'), subgraph: 'fleet' },
      { ...part('redis', { status: 'down', reason: 'Redis does not respond.' }), subgraph: 'risk' },
      { ...part('redis', { status: 'down', reason: 'Redis does not respond.', since: earlier }), subgraph: 'access' },
      { ...part('redis', { status: 'degraded', reason: 'Redis is slow.' }), subgraph: 'pricing' },
    ] satisfies (HealthPart & { subgraph: string })[];
    expect(mergeParts(reported, true)).toEqual([
      { name: 'redis', status: 'down', since: earlier, reason: 'Redis does not respond. (risk, access)' },
    ]);
    expect(mergeParts(reported, false)[0]?.reason).toBe('Redis does not respond.');
  });
});

describe('clocks that differ too much', () => {
  const reports = (clockAheadMs: number): Map<string, ProbeReport> =>
    new Map([['fleet', { isUp: true, parts: [], clockAheadMs }]]);

  test('are logged once, with a code, until they agree again', () => {
    const entries: unknown[] = [];
    const log = Object.assign(createLog('test', 'silent'), { error: (entry: unknown) => entries.push(entry) }) as Log;
    const watch = new ClockWatch(log);
    for (const ahead of [400_000, 401_000, 0, -500_000]) watch.parts(reports(ahead));
    expect(entries).toEqual([
      { code: 'CLOCK_SKEW', subgraphsAheadBySeconds: [{ subgraph: 'fleet', seconds: 400 }] },
      { code: 'CLOCK_SKEW', subgraphsAheadBySeconds: [{ subgraph: 'fleet', seconds: -500 }] },
    ]);
  });
});
