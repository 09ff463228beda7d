import { describe, expect, test } from '@jest/globals';
import type { Progress } from '../claim.ts';
import { parseCounters } from '../gateway-reading.ts';
import { planRelease } from '../plan.ts';
import type { Counters, Reading } from '../reading.ts';
import { runRelease, takeBack } from '../run-release.ts';
import type { ReleaseTarget } from '../target.ts';

/** A target that notes what was done to it. Each observation is a second later. */
function scriptedTarget(
  script: Partial<ReleaseTarget> & { readonly failsFrom?: number; readonly left?: Progress } = {},
) {
  const done: string[] = [];
  const notes: (Progress | undefined)[] = [];
  let at = 0;
  const counters = (): Counters => ({
    requests: at,
    failed: at > (script.failsFrom ?? Infinity) ? at : 0,
    within: new Map(),
  });
  const note = (name: string) => async () => void done.push(name);
  const target: ReleaseTarget = {
    claim: async () => ({
      left: script.left,
      note: async (progress) => void notes.push(progress),
      [Symbol.asyncDispose]: async () => undefined,
    }),
    migrate: note('migrate'),
    start: note('start'),
    smoke: note('smoke'),
    direct: async ({ percent }) => void done.push(`${percent} %`),
    async observe(): Promise<Reading> {
      at += 1_000;
      return { kind: 'counters', at, gateways: new Map([['next', counters()]]) };
    },
    promote: note('promote'),
    stop: note('stop'),
    ...script,
  };
  return { target, done, notes };
}

const doesNotWork = () => Promise.reject(new Error('It does not work.'));
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
    const { target, done } = scriptedTarget({ [name]: doesNotWork });
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

describe('a release that was killed', () => {
  const half = { version: '1.1.0', phase: 'shifting' } as const;
  const proved = { version: '1.2.0', phase: 'promoting' } as const;

  test('leaves its version and how far it has come', async () => {
    const { target, notes } = scriptedTarget();
    await runRelease(target, options);
    expect(notes).toEqual([{ version: '1.2.0', phase: 'shifting' }, proved, undefined]);
  });

  test('loses its traffic before the next release touches the set that served it', async () => {
    const { target, done } = scriptedTarget({ left: half });
    const report = await runRelease(target, options);
    expect(done.slice(0, 5)).toEqual(['0 %', 'stop', 'migrate', 'start', 'smoke']);
    expect(report.outcome).toBe('released');
  });

  test('is finished by the same command if its version has proved itself', async () => {
    const { target, done } = scriptedTarget({ left: proved });
    const report = await runRelease(target, options);
    expect(done).toEqual(['promote', '0 %', 'stop']);
    expect(report).toMatchObject({ outcome: 'released', steps: [] });
  });

  test('is taken back on request, while the former version is whole', async () => {
    const { target, done, notes } = scriptedTarget({ left: half });
    await takeBack(target);
    expect(done).toEqual(['0 %', 'stop']);
    expect(notes).toEqual([undefined]);
  });

  test('keeps its traffic if the former version is no longer whole, whoever asks', async () => {
    const { target, done } = scriptedTarget({ left: proved });
    const refusal = /1\.2\.0 has all traffic\. Finish the release first: npm run deploy -- --to 1\.2\.0$/;
    await expect(takeBack(target)).rejects.toThrow(refusal);
    await expect(runRelease(target, { ...options, version: '1.3.0' })).rejects.toThrow(refusal);
    expect(done).toEqual([]);
  });
});

test.each([
  [
    'the standing set cannot be replaced',
    { promote: doesNotWork },
    '1.2.0 has all traffic. Run the same command again.',
  ],
  ['the edge cannot be changed', { direct: doesNotWork }, 'Run the command with --back.'],
])('when %s, the command says how to go on, and the next one knows', async (_when, script, advice) => {
  const { target, notes } = scriptedTarget(script);
  const said: string[] = [];
  const report = await runRelease(target, { ...options, say: (line) => said.push(line) });
  expect(report).toMatchObject({ outcome: 'unfinished', reason: 'It does not work.' });
  expect(said.slice(-2)).toEqual(['The release could not be ended: It does not work.', advice]);
  expect(notes.at(-1)).toMatchObject({ version: '1.2.0' });
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
