import { expect, test } from '@jest/globals';
import { compareFigures } from '../analyze/baseline.ts';
import type { DatabaseFigures } from '../analyze/database.ts';
import { findFaults } from '../analyze/findings.ts';
import type { MetricFigures } from '../analyze/metrics.ts';
import { normalText } from '../analyze/normal-text.ts';
import { renderAnalysis } from '../analyze/report.ts';
import { pointsByOperation, statementUses, type Trace } from '../analyze/traces.ts';

const driver = 'select name from driver where id = $1';
const page = 'select id from shipment order by id limit $1';

/** A trace of one request, as Jaeger exports it: the operation of a client, its run in a subgraph, and the statements of the run. */
function traceOf(operation: string, statements: readonly string[]): Trace {
  const span = (
    spanID: string,
    parent: string | undefined,
    operationName: string,
    tags: Record<string, unknown> = {},
  ) => ({
    traceID: operation,
    spanID,
    operationName,
    references: parent === undefined ? [] : [{ refType: 'CHILD_OF', spanID: parent }],
    duration: 1_000,
    tags: Object.entries(tags).map(([key, value]) => ({ key, value })),
  });
  return {
    traceID: operation,
    spans: [
      span('edge', undefined, 'POST /graphql'),
      span('operation', 'edge', `query ${operation}`, { 'freight.cost.points': 12 }),
      span('fetch', 'operation', 'fetch shipments'),
      span('run', 'fetch', `query ${operation}__shipments__0`),
      ...statements.map((text, index) => span(`statement-${index}`, 'run', 'SELECT x', { 'db.query.text': text })),
    ],
  };
}

const traces = [traceOf('Board', [page, ...Array.from({ length: 20 }, () => driver)]), traceOf('Roster', [driver])];

const database: DatabaseFigures = {
  countedSince: null,
  statements: [
    {
      text: normalText(driver),
      role: 'freight_fleet',
      calls: 210,
      meanMs: 0.1,
      totalMs: 21,
      rowsPerCall: 1,
      pagesReadPerCall: 0,
    },
    {
      text: normalText(page),
      role: 'freight_shipments',
      calls: 10,
      meanMs: 80,
      totalMs: 800,
      rowsPerCall: 20,
      pagesReadPerCall: 3,
    },
  ],
  unusedIndexes: [
    { table: 'fleet.driver', index: 'driver_old', megabytes: 2 },
    { table: 'fleet.badge', index: 'badge_small', megabytes: 0.1 },
  ],
  scannedTables: [{ table: 'fleet.shift', scans: 40, rowsPerScan: 30_000, rows: 30_000 }],
  bareForeignKeys: [],
  memoryHitRatio: 0.999,
};

const metrics: MetricFigures = {
  requests: 1_000,
  p95MsByOperation: { Board: 120 },
  caches: { 'plans known': 0.5, 'documents validated before': 1, 'requests to subgraphs shared': 0.1 },
  clients: [
    {
      client: 'mirror',
      requests: 100,
      refusedShare: 0.3,
      peakPerSecond: 10,
      pointsPerRequest: 20,
      arePointsItsOwn: true,
      recommendedPoints: 300,
      recommendedTier: 'PREMIUM',
    },
  ],
  exceeded: { 'points STANDARD': 30 },
  cpuMsPerRequest: 6,
  pointsPerRequest: 20,
  saturation: { 'CPU of the busiest process': 0.95, 'connections of a pool': 0.2 },
};

test('texts of PostgreSQL and of traces are the same statement, whatever their values', () => {
  expect(
    normalText("SELECT name\n  FROM driver WHERE id IN ($1, $2) AND city = 'St. John''s' /* page */ LIMIT 20"),
  ).toBe('select name from driver where id in (?) and city = ? limit ?');
});

test('traces tell which operation sent a statement, and how often one run repeated it', () => {
  expect(statementUses(traces).get(normalText(driver))).toEqual({
    text: normalText(driver),
    operations: { 'query Board': 20, 'query Roster': 1 },
    most: { operation: 'query Board', times: 20 },
  });
  expect(pointsByOperation(traces)).toEqual({
    'query Board': { requests: 1, points: 12 },
    'query Roster': { requests: 1, points: 12 },
  });
});

test('finds slow and repeated statements with their operations, indexes, caches, limits and bottlenecks', () => {
  const found = findFaults({ database, metrics, uses: statementUses(traces) });
  expect(found.map(({ kind, what }) => `${kind}: ${what}`)).toEqual([
    `slow statement: query Board: 80.0 ms × 10: ${normalText(page)}`,
    'unused index: driver_old of fleet.driver, 2.0 MB',
    'missing index: fleet.shift: read from begin to end 40 times, 30000 rows each',
    `N+1: query Board sent it 20 times in one run: ${normalText(driver)}`,
    'cache: plans known: 50.0 %',
    'rate limit: mirror: 30.0 % of its requests are refused',
    'bottleneck: CPU of the busiest process: 0.95 of its limit',
  ]);
});

test('without traces a statement has the role of its subgraph, and without pg_stat_statements the report says so', () => {
  const [slow] = findFaults({ database });
  expect(slow?.what).toMatch(/^freight_shipments: 80\.0 ms/);
  const [missing] = findFaults({ database: { ...database, statements: undefined } });
  expect(missing).toMatchObject({ kind: 'not measured', what: 'statements: pg_stat_statements is not loaded' });
});

test('compares with the last analysis, and leaves out what differs by less than a quarter', () => {
  const last = compareFigures(undefined, '2026-10-01T10:00', { metrics }).baseline;
  const { changes } = compareFigures(last, '2026-11-01T10:00', {
    metrics: { ...metrics, p95MsByOperation: { Board: 240 }, cpuMsPerRequest: 3, pointsPerRequest: 21 },
  });
  expect(changes).toMatchObject([
    { name: 'p95 ms of Board', before: 120, after: 240, percent: 100 },
    { name: 'CPU ms of a request', percent: -50 },
  ]);
  const analysis = {
    date: '2026-11-01T10:00',
    hours: 24,
    findings: [],
    costs: { usdPerRequest: 0.00003, pointsByOperation: {} },
    since: { date: '2026-10-01T10:00', changes, waiting: 2 },
  };
  const text = renderAnalysis(analysis, { database, metrics });
  expect(text).toContain('- worse by 100 %: p95 ms of Board, 120 → 240 (since 2026-10-01T10:00)');
  expect(text).toContain(
    'Too little new work for a verdict (fewer than 100 calls, 1 s of work, or an hour): 2 figures.',
  );
  expect(text).toContain('| mirror | 100 | 30 % | 10 | 20 | 300 | PREMIUM |');
});

test('a quiet product has no cost of a request from its metrics', () => {
  const costs = { usdPerRequest: 0.00003, pointsByOperation: {} };
  const analysis = { date: '2026-11-01T10:00', hours: 24, findings: [], costs, since: undefined };
  const text = renderAnalysis(analysis, { metrics: { ...metrics, requests: 1, cpuMsPerRequest: 31_755.8 } });
  expect(text).toContain('CPU time and points are not known: there were 1 requests, and 100 are needed.');
  expect(text).not.toContain('31,755.8');
});
