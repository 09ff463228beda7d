import { expect, test } from '@jest/globals';
import { parseCounters } from '../gateway-reading.ts';
import { planRelease } from '../plan.ts';
import type { Counters, Reading } from '../reading.ts';
import { runRelease } from '../run-release.ts';
import type { ReleaseTarget } from '../target.ts';

/** A target that notes what was done to it. Each observation is a second later. */
function scriptedTarget(script: Partial<ReleaseTarget> & { readonly failsFrom?: number } = {}) {
  const done: string[] = [];
  let at = 0;
  const counters = (): Counters => ({
    requests: at,
    failed: at > (script.failsFrom ?? Infinity) ? at : 0,
    within: new Map(),
  });
  const note = (name: string) => async () => void done.push(name);
  const target: ReleaseTarget = {
    migrate: note('migrate'),
    start: note('start'),
    smoke: note('smoke'),
    direct: async ({ percent }) => void done.push(`${percent} %`),
    async observe(): Promise<Reading> {
      at += 1_000;
      return { at, gateways: new Map([['next', counters()]]), fault: undefined };
    },
    promote: note('promote'),
    stop: note('stop'),
    ...script,
  };
  return { target, done };
}

const options = { version: '1.2.0', plan: planRelease(1_000, 1_000), pollMs: 0, say: () => undefined };

test('a version that holds goes through all steps; then the standing set takes it over before the next set ends', async () => {
  const { target, done } = scriptedTarget();
  const report = await runRelease(target, options);
  expect(done.join(', ')).toBe('migrate, start, smoke, 10 %, 25 %, 50 %, 75 %, 100 %, promote, 0 %, stop');
  expect(report).toMatchObject({ version: '1.2.0', outcome: 'released', reason: undefined });
  expect(report.steps.map(({ share }) => share.percent)).toEqual([10, 25, 50, 75, 100, 100]);
});

test('a version that fails in a step loses its traffic first, and ends then', async () => {
  const { target, done } = scriptedTarget({ failsFrom: 2_500 });
  const report = await runRelease(target, options);
  expect(done.slice(-4)).toEqual(['10 %', '25 %', '0 %', 'stop']);
  expect(report).toMatchObject({ outcome: 'rolledBack', reason: expect.stringContaining('requests failed') });
  expect(report.rollbackMs).toBeLessThan(30_000);
});

test.each(['migrate', 'start', 'smoke', 'observe'] as const)(
  'when "%s" fails, nobody gets the version',
  async (name) => {
    const fails = () => Promise.reject(new Error('It does not work.'));
    const { target, done } = scriptedTarget({ [name]: fails });
    const report = await runRelease(target, options);
    expect(report).toMatchObject({ outcome: 'rolledBack', reason: 'It does not work.' });
    expect(done.filter((one) => one.endsWith('%'))).toEqual(['0 %']);
    expect(done.at(-1)).toBe('stop');
  },
);

test('an operator who interrupts a release gets the former version back', async () => {
  const interrupted = new AbortController();
  const { target, done } = scriptedTarget({
    direct: async ({ percent }) => {
      done.push(`${percent} %`);
      interrupted.abort();
    },
  });
  const report = await runRelease(target, { ...options, signal: interrupted.signal });
  expect(report).toMatchObject({ outcome: 'rolledBack', reason: 'The release was interrupted.' });
  expect(done.slice(-3)).toEqual(['10 %', '0 %', 'stop']);
});

test('figures are those of the metrics of the gateway, over all operations', () => {
  const counters = parseCounters(
    [
      'gateway_request_outcomes_total{outcome="ok"} 90',
      'gateway_request_outcomes_total{outcome="failed"} 10',
      'gateway_request_duration_seconds_bucket{le="1",operation="One"} 60',
      'gateway_request_duration_seconds_bucket{le="1",operation="Two"} 30',
      'gateway_request_duration_seconds_bucket{le="+Inf",operation="One"} 100',
    ].join('\n'),
  );
  expect(counters).toEqual({
    requests: 100,
    failed: 10,
    within: new Map([
      [1, 90],
      [Infinity, 100],
    ]),
  });
});
