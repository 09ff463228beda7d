import { expect, test } from '@jest/globals';
import type { DrillCase, DrillReport } from '../drill.ts';
import { summarize } from '../summary.ts';

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
