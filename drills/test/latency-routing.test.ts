import { join } from 'node:path';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import type { RegionName } from '../region/distances.ts';
import { LatencyRouting, readRoutingTimes } from '../region/latency-routing.ts';

const project = join(import.meta.dirname, '../..');
const times = { interval: 10, timeout: 4, failures: 2, ttl: 2 };
let lost: Set<RegionName>;
let routing: LatencyRouting;

beforeEach(() => {
  jest.useFakeTimers();
  lost = new Set();
  routing = new LatencyRouting({
    active: ['us-east-1', 'eu-west-1'],
    standIns: { 'us-east-1': 'us-west-2' },
    times,
    check: async (region) => !lost.has(region),
  });
});
afterEach(() => {
  routing[Symbol.dispose]();
  jest.useRealTimers();
});

const pass = (seconds: number) => jest.advanceTimersByTimeAsync(seconds * 1_000);

test('clients are led to the nearest active region; a stand-in gets none', () => {
  expect(routing.answer('us-east-1')).toBe('us-east-1');
  expect(routing.answer('us-west-2')).toBe('us-east-1');
  expect(routing.answer('eu-west-1')).toBe('eu-west-1');
});

test('one failed check leads nobody away, and the second one leads to the stand-in', async () => {
  lost.add('us-east-1');
  await pass(10);
  expect(routing.answer('us-east-1')).toBe('us-east-1');
  await pass(10);
  expect(routing.answer('us-east-1')).toBe('us-west-2');
});

test('a region that is back gets its clients after the second good check', async () => {
  lost.add('us-east-1');
  await pass(20);
  lost.delete('us-east-1');
  await pass(10);
  expect(routing.answer('us-east-1')).toBe('us-west-2');
  await pass(10);
  expect(routing.answer('us-east-1')).toBe('us-east-1');
});

test('without its stand-in, the clients of a lost region are led to the next region', async () => {
  lost.add('us-east-1').add('us-west-2');
  await pass(20);
  expect(routing.answer('us-east-1')).toBe('eu-west-1');
});

test('clients keep an answer for its time to live', async () => {
  await pass(9);
  const resolve = routing.resolver('us-east-1');
  lost.add('us-east-1');
  await pass(10.5);
  expect(resolve()).toBe('us-east-1');
  await pass(1);
  expect(resolve()).toBe('us-east-1');
  await pass(1);
  expect(resolve()).toBe('us-west-2');
});

test('the drill has the figures of the plan for Terraform', () => {
  expect(readRoutingTimes(project)).toEqual(times);
});
