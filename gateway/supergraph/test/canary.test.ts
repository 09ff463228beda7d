import { expect, test } from '@jest/globals';
import { judge } from '../canary/judge.ts';
import { Traffic } from '../canary/traffic.ts';

const times = { enoughRequests: 50, minimumMs: 10_000, maximumMs: 60_000 };

/** Requests of one duration, of which some have failed. */
function traffic(requests: number, failed = 0, milliseconds = 20) {
  const counted = new Traffic();
  for (let index = 0; index < requests; index++) counted.note(index < failed, milliseconds);
  return counted.figures();
}

test.each([
  ['fewer than 50 requests, before a minute has passed', traffic(1_000), traffic(49, 49), 59_999, 'wait'],
  ['50 good requests, before ten seconds have passed', traffic(1_000), traffic(50), 9_999, 'wait'],
  ['50 good requests after ten seconds', traffic(1_000), traffic(50), 10_000, 'promote'],
  ['few good requests after a minute', traffic(1_000), traffic(3), 60_000, 'promote'],
  ['no request after a minute', traffic(1_000), traffic(0), 60_000, 'promote'],
  ['few requests of which one failed, after a minute', traffic(1_000), traffic(3, 1), 60_000, 'roll back'],
  ['2 points more errors', traffic(100, 10), traffic(100, 12), 10_000, 'promote'],
  ['3 points more errors, at once', traffic(100, 10), traffic(100, 13), 0, 'roll back'],
  ['as many errors as before', traffic(100, 50), traffic(100, 50), 10_000, 'promote'],
  ['twice the time', traffic(100, 0, 20), traffic(100, 0, 40), 10_000, 'promote'],
  ['more than twice the time, at once', traffic(100, 0, 20), traffic(100, 0, 41), 0, 'roll back'],
  ['more than twice a very short time', traffic(100, 0, 1), traffic(100, 0, 9), 10_000, 'promote'],
  ['more than twice the time of too few requests', traffic(10, 0, 20), traffic(100, 0, 90), 10_000, 'promote'],
])('a canary with %s', (_case, current, canary, elapsedMs, verdict) => {
  expect(judge(current, canary, elapsedMs, times).kind).toBe(verdict);
});

test('the last 2,000 requests count, and one slow request in twenty does not', () => {
  const counted = new Traffic();
  for (let index = 0; index < 2_000; index++) counted.note(true, 900);
  for (let index = 0; index < 2_000; index++) counted.note(false, index % 20 === 0 ? 900 : 20);
  expect(counted.figures()).toEqual({ requests: 4_000, errorShare: 0, p95Ms: 20 });
});
