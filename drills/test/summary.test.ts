import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { describeCase } from '../describe-case.ts';
import type { DrillCase, DrillReport } from '../drill.ts';
import { readReports, summarize } from '../summary.ts';

const settled: DrillCase = {
  name: 'kill',
  detectedMs: null,
  failingMs: 0,
  firstAckMs: 100,
  acknowledged: 200,
  lost: 0,
  doubled: 0,
  clientCodes: {},
  retryAfter: [],
};

const reportOf = (drill: string, one: Partial<DrillCase>, met = true): DrillReport => ({
  drill,
  startedAt: '2026-11-29T12:00:00.000Z',
  cases: [{ ...settled, ...one }],
  bars: [{ id: 'kill.lost', figure: 0, bar: 0, unit: 'writes', met }],
});

test('an operator sees the mean time to detect of several reports', () => {
  const reports = [
    reportOf('gateway', { detectedMs: 400 }),
    reportOf('redis', {}, false),
    reportOf('detection', { detectedMs: 200, alertsMs: { GatewayDown: 80_000, RedisDown: 40_000 } }),
  ];
  expect(summarize(reports)).toEqual([
    '3 reports with 3 cases; missed bars: redis kill.lost.',
    'GatewayDown fired after 80.0 s.',
    'RedisDown fired after 40.0 s.',
    'Mean time to detect: 60.0 s (2 measured) by an alert, 0.3 s (2 measured) by the first request that failed.',
  ]);
});

test('without a measured fault it says so', () => {
  expect(summarize([]).at(-1)).toBe(
    'Mean time to detect: not measured by an alert, not measured by the first request that failed.',
  );
});

test('the line of a case leaves out what was not measured', () => {
  expect(describeCase(settled)).toBe(
    'kill: first acknowledged write after 100 ms, 200 acknowledged, 0 lost, 0 doubled, no request failed',
  );
});

test('the line of a case has what clients saw: codes, when to try again, and how websockets were closed', () => {
  const seen = {
    ...{ detectedMs: 40, recoveryMs: 90, clientCodes: { SERVICE_UNAVAILABLE: 3, OUTCOME_UNKNOWN: 1 } },
    ...{ retryAfter: [1, 2], closeCodes: { 1006: 4 } },
  };
  expect(describeCase({ ...settled, ...seen })).toBe(
    'kill: first failed request after 40 ms, first acknowledged write after 100 ms, 90 ms after the end of the fault, 200 acknowledged, 0 lost, 0 doubled, clients saw SERVICE_UNAVAILABLE (3) and OUTCOME_UNKNOWN (1), Retry-After 1, 2 s, websockets closed with 1006 (4)',
  );
  expect(describeCase({ ...settled, closeCodes: {} })).toMatch(/, no websocket closed$/);
});

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'freight-reports-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function write(name: string, value: unknown): string {
  const file = join(folder, name);
  writeFileSync(file, JSON.stringify(value));
  return file;
}

test('a summary reads files with the report of one drill and of several', () => {
  const one = write('one.json', reportOf('gateway', {}));
  const several = write('several.json', [reportOf('redis', {}), reportOf('keys', {}, false)]);
  expect(summarize(readReports([one, several]))[0]).toBe('3 reports with 3 cases; missed bars: keys kill.lost.');
});

test('a summary without a file is refused, and one of a file without reports', () => {
  expect(() => readReports([])).toThrow('summary needs files that --json has written. Got nothing.');
  for (const other of [{}, [], { drill: 'gateway' }, 'text'])
    expect(() => readReports([write('other.json', other)])).toThrow(/other\.json has no reports of drills\.$/);
});
