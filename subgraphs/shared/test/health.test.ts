import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Health, statusOf } from '../runtime/health.ts';
import { sharedCheck } from '../runtime/shared-check.ts';
import { type CuttableLine, openCuttableLine } from './cuttable-line.ts';
import { createTestDatabase, startTestSubgraph, type TestDatabase, type TestSubgraph } from './harness.ts';
import { type SampleContext, sampleSubgraph } from './sample.ts';

describe('the parts of a process', () => {
  const moments = [new Date('2026-03-01T10:00:00Z'), new Date('2026-03-01T11:00:00Z')];

  test('a part that is not up degrades the process, with its time and reason', () => {
    const health = new Health(() => moments[0]!);
    health.set('seeding', 'degraded', 'seeding: the history of shipments is being loaded.');
    expect(health.parts()).toEqual([
      {
        name: 'seeding',
        status: 'degraded',
        since: '2026-03-01T10:00:00.000Z',
        reason: 'seeding: the history of shipments is being loaded.',
      },
    ]);
    expect(statusOf(health.parts())).toBe('degraded');
    health.remove('seeding');
    expect(statusOf(health.parts())).toBe('ready');
  });

  test('`since` changes with the status, and a part that is up has no reason', () => {
    let now = 0;
    const health = new Health(() => moments[now]!);
    health.set('redis', 'down', 'Redis does not respond.');
    now = 1;
    health.set('redis', 'down', 'Redis refuses the password.');
    expect(health.parts()[0]).toMatchObject({
      since: '2026-03-01T10:00:00.000Z',
      reason: 'Redis refuses the password.',
    });
    health.set('redis', 'up', 'ignored');
    expect(health.parts()[0]).toMatchObject({ since: '2026-03-01T11:00:00.000Z', reason: null });
  });

  test('a subgraph shows the parts of its process besides its own', () => {
    const process = new Health();
    const health = new Health(() => new Date(), process);
    process.set('disk', 'up');
    health.set('database', 'up');
    expect(health.parts().map(({ name }) => name)).toEqual(['disk', 'database']);
  });
});

describe('a shared check', () => {
  test('callers share one run, and its outcome while it is fresh', async () => {
    let runs = 0;
    const check = sharedCheck(async () => void runs++, { freshMs: 60_000 });
    await Promise.all([check(), check(), check()]);
    await check();
    expect(runs).toBe(1);
  });

  test('a run that takes too long rejects, and a second one begins only after it', async () => {
    let runs = 0;
    const check = sharedCheck(
      () => {
        runs++;
        return new Promise(() => {});
      },
      { freshMs: 0, limitMs: 10 },
    );
    await expect(check()).rejects.toThrow('No response within 10 ms.');
    await expect(check()).rejects.toThrow('No response within 10 ms.');
    expect(runs).toBe(1);
  });
});

describe('/health of a subgraph', () => {
  let database: TestDatabase;
  let line: CuttableLine;
  let subgraph: TestSubgraph<SampleContext>;

  beforeAll(async () => {
    database = await createTestDatabase();
    line = await openCuttableLine(database.urlFor('shipments'));
    subgraph = await startTestSubgraph(sampleSubgraph('shipments'), {
      database: { ...database, urlFor: () => line.url },
    });
  });
  afterAll(async () => {
    await line.mend();
    await subgraph.close();
    await line.close();
    await database.drop();
  });

  const health = async () => {
    const response = await fetch(new URL('/health', subgraph.url));
    return { status: response.status, body: await response.text() };
  };
  /** Outcomes are reused for a second, so this polls until the status changes. */
  const healthOnce = async (status: number) => {
    for (;;) {
      const response = await health();
      if (response.status === status) return JSON.parse(response.body);
    }
  };

  test('is ready while its database responds', async () => {
    expect(await healthOnce(200)).toEqual({
      status: 'ready',
      parts: [{ name: 'database', status: 'up', since: expect.any(String), reason: null }],
    });
  });

  test('is degraded while a part is, but still responds with 200', async () => {
    subgraph.services.health.set('seeding', 'degraded', 'seeding');
    expect(await healthOnce(200)).toMatchObject({
      status: 'degraded',
      parts: expect.arrayContaining([expect.objectContaining({ name: 'seeding', reason: 'seeding' })]),
    });
    subgraph.services.health.remove('seeding');
  });

  test.each(['cut', 'freeze'] as const)(
    'is 503 while its database is down (%s), and 200 when it is back',
    async (fault) => {
      await line[fault]();
      expect(await healthOnce(503)).toEqual({
        status: 'down',
        parts: [
          { name: 'database', status: 'down', since: expect.any(String), reason: 'The database does not respond.' },
        ],
      });
      // A restart would not bring the database back.
      expect((await fetch(new URL('/health/live', subgraph.url))).status).toBe(200);
      await line.mend();
      expect(await healthOnce(200)).toMatchObject({ status: 'ready' });
    },
  );
});
