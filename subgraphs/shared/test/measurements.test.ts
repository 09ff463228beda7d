import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { PgBoss } from 'pg-boss';
import { Registry } from 'prom-client';
import type { EntityManager } from '../database/database.ts';
import { jobsSchema } from '../database/jobs-schema.ts';
import { asAdmin } from '../database/provision.ts';
import { connectToSchema } from '../database/schema-client.ts';
import { newId } from '../ids.ts';
import { createLog } from '../runtime/log.ts';
import { type Measurement, Measurements } from '../work/measurements.ts';
import { createTestDatabase, somebody, startTestSubgraph, type TestDatabase, type TestSubgraph } from './harness.ts';
import { type SampleContext, sampleSubgraph } from './sample.ts';

/** The figures of a subgraph that one of its processes reads, and the metrics of its statements. */
let cluster: TestDatabase;
let notes: TestSubgraph<SampleContext>;
let scrape: () => Promise<string>;
beforeAll(async () => {
  cluster = await createTestDatabase();
  const subgraph = sampleSubgraph('shipments', { 'shipment.rated': async () => {} });
  notes = await startTestSubgraph(subgraph, { database: cluster });
  scrape = async () => (await fetch(new URL('/metrics', notes.url))).text();
});
afterAll(async () => {
  await notes.close();
  await cluster.drop();
});

const write = 'mutation W { writeNote(input: { text: "hello" }) { note { id } } }';
const rated = () => ({
  ...{ shipmentId: newId(), organizationId: newId(), driverId: null, stars: 4 },
  at: new Date().toISOString(),
});

test('events that wait are counted, with the age of the oldest', async () => {
  const { database, jobs } = notes.services;
  await database.fork().transactional((em) => jobs.emit(em, 'shipment.rated', rated()));
  const tomorrow = new Date(Date.now() + 86_400_000);
  await database.fork().transactional((em) => jobs.emit(em, 'shipment.rated', rated(), tomorrow));
  await notes.measure();
  const text = await scrape();
  expect(text).toContain('subgraph_jobs{queue="events",state="waiting",subgraph="shipments"} 1');
  expect(text).toContain('subgraph_jobs{queue="events",state="deferred",subgraph="shipments"} 1');
  expect(text).toContain('subgraph_jobs{queue="dead",state="waiting",subgraph="shipments"} 0');
  expect(text).toMatch(/subgraph_jobs_oldest_age_seconds\{queue="events",subgraph="shipments"\} 0?\.\d/);
  await jobs.drain();
  await notes.measure();
  expect(await scrape()).toContain('subgraph_jobs_oldest_age_seconds{queue="events",subgraph="shipments"} 0');
});

test('statements are timed, failed ones counted, and connections shown', async () => {
  await notes.ask(somebody(['DISPATCHER']), write);
  await notes.services.database
    .fork()
    .execute('select * from no_such_table')
    .catch(() => undefined);
  const text = await scrape();
  expect(text).toMatch(/subgraph_sql_statement_duration_seconds_count\{subgraph="shipments"\} [1-9]/);
  expect(text).toContain('subgraph_sql_errors_total{subgraph="shipments"} 1');
  expect(text).toMatch(/subgraph_sql_connections\{state="idle",subgraph="shipments"\} [1-9]/);
});

test('operations have at most 200 labels', async () => {
  const reader = somebody(['DISPATCHER']);
  await Promise.all(Array.from({ length: 205 }, (_, n) => notes.ask(reader, `query Junk${n} { __typename }`)));
  const counts = /^subgraph_request_duration_seconds_count\{.*operation="(\w+)"/gm;
  const operations = [...(await scrape()).matchAll(counts)].map(([, operation]) => operation);
  expect(operations).toContain('other');
  expect(operations).toHaveLength(201);
});

const counted: Measurement = {
  name: 'count',
  everyMs: 60_000,
  metrics: { sample_notes: { help: 'Notes', labels: [] }, sample_ratio: { help: 'A ratio of nothing', labels: [] } },
  read: async () => [
    { metric: 'sample_notes', value: 3 },
    { metric: 'sample_ratio', value: Number.NaN },
  ],
};

test('one process measures, and another one takes over when it ends', async () => {
  const database = {
    connect: () => connectToSchema(cluster.urlFor('risk'), 'risk'),
    fork: () => ({}) as EntityManager,
  };
  const services = { database, log: createLog('test', 'silent'), clock: () => new Date() };
  const [first, second] = [new Measurements([counted], services), new Measurements([counted], services)];
  const measured = async ({ metrics }: Measurements) => {
    const all = await Promise.all(metrics.map((metric) => metric.get()));
    return all.map(({ name, values }) => [name, ...values.map(({ value }) => value)]);
  };
  const unmeasured = [['sample_notes'], ['sample_ratio']];
  // Not 0, as if that had been measured.
  expect([await measured(first), await measured(second)]).toEqual([unmeasured, unmeasured]);
  await first.measure();
  await second.measure();
  expect([await measured(first), await measured(second)]).toEqual([
    [['sample_notes', 3], ['sample_ratio']],
    unmeasured,
  ]);
  await first.close();
  await second.measure();
  expect(await measured(second)).toEqual([['sample_notes', 3], ['sample_ratio']]);
  await second.close();
});

test('a distribution that a query counts is a histogram', async () => {
  const connect = () => connectToSchema(cluster.urlFor('risk'), 'risk');
  const database = { connect, fork: () => ({}) as EntityManager };
  const durations: Measurement = {
    name: 'durations',
    everyMs: 60_000,
    metrics: { sample_duration_seconds: { help: 'Durations', kind: 'histogram' } },
    read: async () => {
      const buckets = [
        { le: '60', count: 2 },
        { le: '+Inf', count: 3 },
      ];
      return [{ metric: 'sample_duration_seconds', distribution: { buckets, sum: 150 } }];
    },
  };
  const measurements = new Measurements([durations], {
    database,
    log: createLog('test', 'silent'),
    clock: () => new Date(),
  });
  const registry = new Registry();
  for (const metric of measurements.metrics) registry.registerMetric(metric);
  const head = ['# HELP sample_duration_seconds Durations', '# TYPE sample_duration_seconds histogram'];
  const lines = async () => (await registry.metrics()).trimEnd().split('\n');
  expect(await lines()).toEqual(head);
  await measurements.measure();
  expect(await lines()).toEqual([
    ...head,
    'sample_duration_seconds_bucket{le="60"} 2',
    'sample_duration_seconds_bucket{le="+Inf"} 3',
    'sample_duration_seconds_sum 150',
    'sample_duration_seconds_count 3',
  ]);
  await measurements.close();
});

test('figures that can no longer be read disappear, instead of staying as they were', async () => {
  const connect = () => connectToSchema(cluster.urlFor('risk'), 'risk');
  const services = {
    database: { connect, fork: () => ({}) as EntityManager },
    log: createLog('test', 'silent'),
    clock: () => new Date(),
  };
  let isBroken = false;
  const read: Measurement['read'] = async (...given) => {
    if (isBroken) throw new Error('not today');
    return counted.read(...given);
  };
  const measurements = new Measurements([{ ...counted, read }], services);
  await measurements.measure();
  isBroken = true;
  await measurements.measure();
  expect((await measurements.metrics[0]?.get())?.values).toEqual([]);
  await measurements.close();
});

test('an operator moves events that failed in all retries back to their queue, as the runbook says', async () => {
  const { database, jobs } = notes.services;
  await database.fork().transactional((em) => jobs.emit(em, 'shipment.rated', rated()));
  const admin = process.env['TEST_POSTGRES_URL'] ?? '';
  await asAdmin(admin, cluster.name, async (client) => {
    const boss = new PgBoss({
      db: { executeSql: (text, values) => client.query(text, values) },
      ...{ schema: jobsSchema, migrate: false, supervise: false, schedule: false },
    });
    await boss.start();
    await client.query(`update jobs.job set retry_limit = 0 where name = 'shipments_events' and state = 'created'`);
    for (const { id } of await boss.fetch('shipments_events')) await boss.fail('shipments_events', id);
    await notes.measure();
    expect(await scrape()).toContain('subgraph_jobs{queue="dead",state="waiting",subgraph="shipments"} 1');
    expect(await boss.redrive('shipments_dead')).toBe(1);
    await boss.stop({ graceful: false, close: false });
  });
  await notes.measure();
  expect(await scrape()).toContain('subgraph_jobs{queue="dead",state="waiting",subgraph="shipments"} 0');
  expect(await jobs.drain()).toBe(1);
});
