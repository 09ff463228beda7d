import { execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { EmbeddedPostgres } from '#shared/database/postgres/embedded-postgres.ts';
import { asAdmin } from '#shared/database/provision.ts';
import { freePort } from '#shared/runtime/ports.ts';
import { quickFlags } from '#shared/test/cluster.ts';
import { until } from '../../test/graph/until.ts';
import { readDatabase } from '../analyze/database.ts';
import { readMetrics } from '../analyze/metrics.ts';
import { normalText } from '../analyze/normal-text.ts';
import { readSla } from '../analyze/sla-figures.ts';
import { oldestPostgres } from './given-server.ts';

const run = promisify(execFile);
const oldest = oldestPostgres();
const loaded = ['-c', 'shared_preload_libraries=pg_stat_statements'];

/** Tables with an index that nothing uses, a foreign key without one, a column that is searched without one, and a statement per row. */
const scene = `
  create table driver (id int primary key, name text, city text);
  create index driver_city on driver (city);
  create table shift (id int primary key, driver_id int references driver, note text);
  insert into driver select n, 'Driver ' || n, md5(n::text) from generate_series(1, 30000) n;
  insert into shift select n, 1 + n % 100, 'note ' || n from generate_series(1, 5000) n;
  analyze`;

describe.each([['of npm', undefined], ...(oldest ? ([[`${oldest.version}`, oldest.programs]] as const) : [])] as const)(
  'PostgreSQL %s',
  (_name, programs) => {
    const folder = mkdtempSync(join(tmpdir(), 'freight-analyze-'));
    const server = new EmbeddedPostgres(folder, { flags: [...quickFlags, ...loaded], ...(programs && { programs }) });
    let url: string;

    beforeAll(async () => {
      url = await server.start();
      await asAdmin(url, 'postgres', async (client) => {
        await client.query('create extension pg_stat_statements');
        await client.query(`create role monitor login password 'monitor' in role pg_monitor`);
        await client.query('create database freight');
      });
      const product = new URL(url);
      product.pathname = '/freight';
      url = product.href;
      await asAdmin(url, undefined, async (client) => {
        await client.query(scene);
        for (let id = 1; id <= 50; id++) await client.query('select name from driver where id = $1', [id]);
        for (let id = 1; id <= 20; id++) await client.query('select id from shift where note = $1', [`note ${id}`]);
        await client.query('select pg_stat_force_next_flush()');
      });
    }, 60_000);
    afterAll(async () => {
      await server[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true, force: true });
    });

    test('shows the statement of an N+1, the unused and the missing indexes', async () => {
      const figures = await readDatabase(url);
      const text = normalText('select name from driver where id = $1');
      expect(figures.statements?.find((one) => one.text === text)).toMatchObject({ calls: 50, rowsPerCall: 1 });
      expect(figures.unusedIndexes).toMatchObject([{ table: 'public.driver', index: 'driver_city' }]);
      expect(figures.scannedTables).toMatchObject([{ table: 'public.shift', rows: 5_000 }]);
      expect(figures.scannedTables[0]?.scans).toBeGreaterThanOrEqual(20);
      expect(figures.bareForeignKeys).toEqual([{ table: 'shift', constraint: 'shift_driver_id_fkey' }]);
    });

    test('npm run analyze writes a dated report and the baseline, and compares the second time', async () => {
      const reports = join(folder, 'reports');
      const trace = join(folder, 'traces.json');
      const span = (spanID: string, parent: string, operationName: string, text?: string) => ({
        traceID: 'a',
        spanID,
        operationName,
        references: [{ refType: 'CHILD_OF', spanID: parent }],
        duration: 1,
        tags: text === undefined ? [] : [{ key: 'db.query.text', value: text }],
      });
      const statements = Array.from({ length: 50 }, (_, index) =>
        span(`s${index}`, 'run', 'SELECT driver', 'select name from driver where id = $1'),
      );
      const spans = [
        span('operation', '', 'query Roster'),
        span('run', 'operation', 'query Roster__fleet__0'),
        ...statements,
      ];
      writeFileSync(trace, JSON.stringify({ data: [{ traceID: 'a', spans }] }));
      const analyze = () =>
        run(process.execPath, ['commands/analyze.ts', '--traces', trace, '--folder', reports], {
          env: { ...process.env, ANALYZE_DATABASE_URL: url },
        });

      const { stdout } = await analyze();
      expect(stdout).toContain(
        '**N+1**: query Roster sent it 50 times in one run: select name from driver where id = ?',
      );
      expect(stdout).toContain('**unused index**: driver_city of public.driver');
      expect(stdout).toContain('This is the first one.');
      const written = JSON.parse(readFileSync(join(reports, 'performance-baseline.json'), 'utf8')) as object;
      expect(written).toMatchObject({ entries: expect.any(Object) });
      const again = (await analyze()).stdout;
      expect(again).not.toContain('This is the first one.');
      expect(again).toContain('Too little new work for a verdict');
    });
  },
);

test('without pg_stat_statements it reads the indexes all the same', async () => {
  expect(await readDatabase(process.env['TEST_POSTGRES_URL'] ?? '')).toMatchObject({ statements: undefined });
});

describe('Prometheus', () => {
  const folder = mkdtempSync(join(tmpdir(), 'freight-analyze-'));
  const nowSeconds = Math.floor(Date.now() / 60_000) * 60;
  let url: string;
  let stop: () => Promise<void>;

  /** A counter that has grown by this much every minute of the last three hours. */
  const counter = (series: string, perMinute: number): string =>
    Array.from(
      { length: 181 },
      (_, minute) => `${series} ${minute * perMinute} ${nowSeconds - (180 - minute) * 60}\n`,
    ).join('');

  beforeAll(async () => {
    const samples = join(folder, 'samples.txt');
    writeFileSync(
      samples,
      [
        '# TYPE gateway_request_outcomes counter\n',
        counter('gateway_request_outcomes_total{outcome="ok"}', 5_994),
        counter('gateway_request_outcomes_total{outcome="failed"}', 6),
        '# TYPE gateway_client_requests counter\n',
        counter('gateway_client_requests_total{client="mirror",outcome="ok"}', 540),
        counter('gateway_client_requests_total{client="mirror",outcome="refused"}', 60),
        counter('gateway_client_requests_total{client="old",outcome="ok"}', 60),
        '# TYPE gateway_client_points counter\n',
        counter('gateway_client_points_total{client="mirror"}', 16_200),
        '# TYPE gateway_cost_points counter\n',
        counter('gateway_cost_points_total{tier="STANDARD"}', 60_000),
        '# TYPE gateway_document_work counter\n',
        counter('gateway_document_work_total{work="planned",time="request"}', 3_000),
        '# TYPE process_cpu_seconds counter\n',
        counter('process_cpu_seconds_total{job="gateway",instance="a"}', 30),
        '# TYPE haproxy_backend_http_responses counter\n',
        counter('haproxy_backend_http_responses_total{proxy="gateways",code="5xx"}', 12),
        '# TYPE haproxy_server_http_responses counter\n',
        counter('haproxy_server_http_responses_total{proxy="gateways",server="gateway-1",code="5xx"}', 9),
        '# TYPE probe_success gauge\n',
        ...Array.from(
          { length: 181 },
          (_, minute) =>
            `probe_success{job="probe"} ${minute > 140 && minute <= 150 ? 0 : 1} ${nowSeconds - (180 - minute) * 60}\n`,
        ),
        '# EOF\n',
      ].join(''),
    );
    mkdirSync(join(folder, 'data'));
    execFileSync('promtool', ['tsdb', 'create-blocks-from', 'openmetrics', samples, join(folder, 'data')]);
    writeFileSync(join(folder, 'prometheus.yml'), 'scrape_configs: []\n');
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    const flags = [
      `--config.file=${folder}/prometheus.yml`,
      `--storage.tsdb.path=${folder}/data`,
      `--web.listen-address=127.0.0.1:${port}`,
    ];
    const child = spawn('prometheus', flags, { stdio: 'ignore' });
    const exited = once(child, 'exit');
    stop = async () => {
      child.kill();
      await exited;
    };
    await until(
      () =>
        fetch(`${url}/-/ready`).then(
          ({ ok }) => ok,
          () => false,
        ),
      Boolean,
    );
  }, 60_000);
  afterAll(async () => {
    await stop();
    rmSync(folder, { recursive: true, force: true });
  });

  test('tells requests, caches, CPU time, and the limit that a client needs', async () => {
    const figures = await readMetrics(url, 2);
    expect(figures.pointsPerRequest).toBeCloseTo(10);
    expect(figures.caches['plans known']).toBeCloseTo(0.5);
    expect(figures.cpuMsPerRequest).toBeCloseTo(5);
    expect(figures.saturation['CPU of the busiest process']).toBeCloseTo(0.5);
    // 10 requests per second, and half as much again: of 30 points each, and of the mean of all where its own are unknown.
    expect(figures.clients).toMatchObject([
      { client: 'mirror', arePointsItsOwn: true, recommendedPoints: 450, recommendedTier: 'PREMIUM' },
      { client: 'old', arePointsItsOwn: false, recommendedPoints: 15 },
    ]);
    expect(figures.clients[0]?.refusedShare).toBeCloseTo(0.1);
  });

  test('tells what failed in a gateway, what the proxy refused, and how much of the month has figures', async () => {
    const month = new Date(nowSeconds * 1_000 - 3_600_000).toISOString().slice(0, 7);
    const report = await readSla(url, month, new Date(nowSeconds * 1_000));
    expect(report).toMatchObject({ outcome: 'missed', objective: 0.9995 });
    expect(report.failed / report.requests).toBeCloseTo(0.001, 6);
    // Three of four responses 5xx came from a gateway.
    expect(report.refused / report.failed).toBeCloseTo(0.5, 1);
  });

  test('the minutes in which the prober gets no response are lost, and those that are left out are not', async () => {
    const month = new Date(nowSeconds * 1_000 - 3_600_000).toISOString().slice(0, 7);
    const now = new Date(nowSeconds * 1_000);
    const { time } = await readSla(url, month, now);
    expect(time.unreachable).toBe(10 * 60);
    const at = (minutesAgo: number) =>
      `${new Date((nowSeconds - minutesAgo * 60) * 1_000).toISOString().slice(0, 16)}Z`;
    const less = await readSla(url, month, now, `${at(41)}/${at(29)}`);
    expect(less.time.unreachable).toBe(0);
    expect(less.refused).toBeLessThan((await readSla(url, month, now)).refused);
  });
});
