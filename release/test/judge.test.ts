import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { advance, firstState, type State, shareIn } from '../judge.ts';
import { noTraffic, planRelease } from '../plan.ts';
import type { Counters, CountersReading, Reading } from '../reading.ts';

const minute = 60_000;
const plan = planRelease(10 * minute, 60 * minute);

/** What a gateway has counted: requests, of which some failed, and some took between one and ten seconds. */
const counters = (requests: number, failed: number, slow: number): Counters => ({
  requests,
  failed,
  within: new Map([
    [0.1, requests - slow],
    [1, requests - slow],
    [10, requests],
    [Number.POSITIVE_INFINITY, requests],
  ]),
});

interface Minute {
  readonly requests?: number;
  readonly failed?: number;
  readonly slow?: number;
  readonly fault?: string;
}

/** The states of a release whose next version does this in one minute after the other. */
function run(minutes: readonly Minute[]): readonly State[] {
  let at = 0;
  let [requests, failed, slow] = [0, 0, 0];
  const reading = (reason?: string): Reading =>
    reason === undefined
      ? { kind: 'counters', at, gateways: new Map([['next-gateway-1', counters(requests, failed, slow)]]) }
      : { kind: 'fault', at, reason };
  const states: State[] = [firstState(reading())];
  for (const one of minutes) {
    at += minute;
    requests += one.requests ?? 0;
    failed += one.failed ?? 0;
    slow += one.slow ?? 0;
    states.push(advance(states.at(-1) ?? firstState(reading()), reading(one.fault), plan));
  }
  return states;
}

const times = (count: number, one: Minute): Minute[] => Array.from({ length: count }, () => one);
const good: Minute = { requests: 1_000, failed: 20 };
const last = (minutes: readonly Minute[]) => run(minutes).at(-1);

test('10, 25, 50, 75 and 100 % of the callers get the next version for 10 minutes each; after another hour it is released', () => {
  const shares = run(times(111, good)).map((state) => shareIn(state, plan).percent);
  expect([0, 9, 10, 20, 30, 40, 49, 110].map((after) => shares[after])).toEqual([10, 10, 25, 50, 75, 100, 100, 100]);
  expect(run(times(109, good)).at(-1)?.phase).toBe('watch');
  expect(last(times(110, good))).toEqual({ phase: 'released' });
});

test('chosen organizations get the next version in a step of their own, before all others', () => {
  expect(planRelease(1, 1, ['org-1']).steps.slice(0, 2)).toEqual([
    { percent: 0, chosen: ['org-1'] },
    { percent: 10, chosen: ['org-1'] },
  ]);
});

test.each<[string, readonly Minute[], string]>([
  [
    'more than 2 % of the requests fail',
    [{ requests: 1_000, failed: 21 }],
    '2.1 % of 1000 requests failed; at most 2.0 % may.',
  ],
  [
    'a rare request fails until a step ends',
    [{ requests: 10, failed: 1 }, ...times(9, {})],
    '10.0 % of 10 requests failed; at most 2.0 % may.',
  ],
  [
    '5 % take more than a second',
    [{ requests: 1_000, slow: 60 }],
    'The 95th percentile of the durations is 2.50 s; at most 1 s is allowed.',
  ],
  [
    'the database is lost',
    times(2, { fault: 'A health check fails: database is down.' }),
    'A health check fails: database is down.',
  ],
  [
    'it fails in the last step',
    [...times(45, good), { requests: 10_000, failed: 9_000 }],
    '60.7 % of 15000 requests failed; at most 2.0 % may.',
  ],
])('it is rolled back when %s', (_name, minutes, reason) => {
  const state = last(minutes);
  expect(state).toEqual({ phase: 'rolledBack', reason });
  if (state) expect(shareIn(state, plan)).toBe(noTraffic);
});

test.each<[string, readonly Minute[]]>([
  ['exactly 2 % fail', [{ requests: 1_000, failed: 20 }]],
  ['the first of few requests fails', [{ requests: 10, failed: 1 }]],
  ['one health check is lost', [{ fault: 'A health check fails.' }, good]],
  ['a few requests of a quiet step are slow', [...times(10, { requests: 1, slow: 1 })]],
])('it goes on when %s', (_name, minutes) => {
  expect(last(minutes)?.phase).toBe('step');
});

test('in the hour after the last step it is rolled back when more than 5 % fail for 5 minutes', () => {
  const bad: Minute = { requests: 1_000, failed: 60 };
  const watched = times(50, good);
  expect(last([...watched, ...times(5, bad)])?.phase).toBe('watch');
  expect(last([...watched, ...times(6, bad)])).toEqual({
    phase: 'rolledBack',
    reason: 'More than 5.0 % of the requests have failed for 5 minutes.',
  });
  expect(last([...watched, ...times(5, bad), good, ...times(5, bad)])?.phase).toBe('watch');
});

describe('in the hour after the last step', () => {
  const watched = times(50, good);
  const fault: Minute = { fault: 'A health check fails: next-gateway-1 does not respond.' };
  const few = (failed: number): Minute => ({ requests: 1, failed });
  const ended = { phase: 'rolledBack', reason: 'More than 5.0 % of the requests have failed for 5 minutes.' };

  test('a version that does not respond is rolled back at the second reading', () => {
    expect(last([...watched, fault])?.phase).toBe('watch');
    expect(last([...watched, fault, fault])).toEqual({ phase: 'rolledBack', reason: fault.fault });
    expect(last([...watched, fault, good, fault, good])?.phase).toBe('watch');
  });

  test('a fault at the end of the hour is confirmed or refuted before the version is released', () => {
    const hour = [...watched, ...times(59, good)];
    expect(last([...hour, fault])?.phase).toBe('watch');
    expect(last([...hour, fault, fault])?.phase).toBe('rolledBack');
    expect(last([...hour, fault, good])).toEqual({ phase: 'released' });
  });

  test('a quiet minute does not end an excess, so five minutes with one are five minutes', () => {
    const bad: Minute = { requests: 1_000, failed: 400 };
    expect(last([...watched, bad, bad, {}, bad, bad])?.phase).toBe('watch');
    expect(last([...watched, bad, bad, {}, bad, bad, bad])).toEqual(ended);
  });

  test('few requests of which all fail, or every second one, are an excess', () => {
    expect(last([...watched, few(1), {}, few(1), {}, few(1), {}])).toEqual(ended);
    expect(last([...watched, few(1), few(0), few(1), few(0), few(1), few(0)])).toEqual(ended);
  });

  test('a single failure among few requests is outweighed by 20 that do not fail', () => {
    const calm: Minute = { requests: 5, failed: 0 };
    expect(last([...watched, few(1), ...times(5, calm)])?.phase).toBe('watch');
  });

  test('a gateway that starts again in an excess does not end it', () => {
    const reading = (minutes: number, count: number): CountersReading => ({
      kind: 'counters',
      at: minutes * minute,
      gateways: new Map([['next-gateway-1', counters(count, count, 0)]]),
    });
    const begun = reading(50, 0);
    let state: State = { phase: 'watch', begun, latest: begun, faults: 0, recent: [begun], excess: undefined };
    for (const one of [reading(51, 10), reading(52, 0), reading(56, 0)]) state = advance(state, one, plan);
    expect(state).toEqual(ended);
  });
});

test('a release whose first reading is a fault counts from zero, and the next reading decides', () => {
  const fault = (at: number): Reading => ({ kind: 'fault', at, reason: 'A health check fails.' });
  const counted: Reading = { kind: 'counters', at: 1, gateways: new Map([['next-gateway-1', counters(100, 10, 0)]]) };
  expect(advance(firstState(fault(0)), fault(1), plan)).toEqual({
    phase: 'rolledBack',
    reason: 'A health check fails.',
  });
  expect(advance(firstState(fault(0)), counted, plan)).toMatchObject({
    reason: '10.0 % of 100 requests failed; at most 2.0 % may.',
  });
});

test('a gateway that starts again counts from zero', () => {
  const of = (at: number, requests: number, failed: number): Reading => ({
    kind: 'counters',
    at,
    gateways: new Map([['next-gateway-1', counters(requests, failed, 0)]]),
  });
  const state = advance(firstState(of(0, 10_000, 0)), of(1, 100, 10), plan);
  expect(state).toMatchObject({ phase: 'rolledBack', reason: '10.0 % of 100 requests failed; at most 2.0 % may.' });
});

const anyMinute = fc.record({
  requests: fc.integer({ min: 0, max: 200 }),
  failed: fc.constant(0),
  slow: fc.constant(0),
  fault: fc.option(fc.constant('A health check fails.'), { nil: undefined, freq: 8 }),
});

test('whatever happens, no share is skipped, none shrinks before a rollback, and a rollback is final', () => {
  fc.assert(
    fc.property(fc.array(anyMinute, { maxLength: 130 }), fc.nat(200), (minutes, at) => {
      const failing = minutes.map((one, index) => (index === at ? { ...one, failed: one.requests } : one));
      const states = run(failing.map(({ fault, ...one }) => ({ ...one, ...(fault !== undefined && { fault }) })));
      const end = states.findIndex(({ phase }) => phase === 'rolledBack');
      const shares = (end < 0 ? states : states.slice(0, end)).map((state) => shareIn(state, plan).percent);
      const order = plan.steps.map(({ percent }) => percent);
      expect([...new Set(shares)]).toEqual(order.slice(0, new Set(shares).size));
      expect(shares).toEqual(shares.toSorted((one, two) => one - two));
      if (end >= 0) for (const state of states.slice(end)) expect(shareIn(state, plan)).toBe(noTraffic);
    }),
    { seed: 12, numRuns: 60 },
  );
});
