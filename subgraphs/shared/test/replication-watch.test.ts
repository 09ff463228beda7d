import { beforeEach, expect, test } from '@jest/globals';
import pg from 'pg';
import { ReplicationWatch } from '../database/standby/replication-watch.ts';
import type { ServerPosition } from '../database/standby/server-position.ts';
import { startOfLog } from '../identity/log-position.ts';

/** What the watch has said of the primary: true for silent. */
let said: boolean[];
let received: number;
let primary: () => Promise<ServerPosition>;
let standby: () => Promise<ServerPosition>;
let watch: ReplicationWatch;
let now: number;
const silence = () => Promise.reject(new Error('timeout expired'));
const answer = async () => ({ server: 'primary', position: startOfLog, isStandby: false });
const answerAsStandby = async () => ({ server: 'standby', position: startOfLog, isStandby: true });

beforeEach(() => {
  said = [];
  received = 0;
  now = 0;
  primary = silence;
  standby = silence;
  watch = new ReplicationWatch({
    primary: () => primary(),
    standby: () => standby(),
    maxLagMs: 1_000,
    received: () => received,
    onPrimary: (isSilent) => said.push(isSilent),
    onStandby: () => undefined,
    onOtherServer: () => undefined,
    now: () => now,
  });
});

async function sample(times: number): Promise<void> {
  for (let time = 0; time < times; time++) await watch.sample();
}

test('a primary is silent after five samples without an answer, until it answers', async () => {
  await sample(4);
  expect(said).toEqual([]);
  await sample(3);
  expect(said).toEqual([true]);
  primary = answer;
  await sample(2);
  expect(said).toEqual([true, false]);
});

test('a primary that is too busy for samples, but sends results to others, is not silent', async () => {
  for (let time = 0; time < 10; time++) {
    received += 100;
    await sample(1);
  }
  expect(said).toEqual([]);
});

test('a primary that refuses connections by an error is not silent', async () => {
  primary = () => Promise.reject(new pg.DatabaseError('sorry, too many clients already', 0, 'error'));
  await sample(10);
  expect(said).toEqual([]);
});

test('a standby that was promoted answers reads until the name of the primary leads to it', async () => {
  primary = answer;
  standby = answerAsStandby;
  await sample(1);
  expect(watch.fallback(startOfLog)).toBeUndefined();
  primary = silence;
  standby = answer;
  await sample(1);
  expect(watch.fallback(startOfLog)).toBeUndefined();
  primary = answer;
  await sample(1);
  expect(watch.fallback(startOfLog)).toBe('standby_away');
});

test('a standby that misses a sample, or loses a connection, stays in use while nobody else could answer', async () => {
  standby = answerAsStandby;
  await sample(1);
  standby = silence;
  await sample(2);
  watch.lose();
  expect(watch.fallback(startOfLog)).toBeUndefined();
  await sample(1);
  expect(watch.fallback(startOfLog)).toBe('standby_away');
});

test('a standby that misses a sample is away while the primary answers', async () => {
  primary = answer;
  standby = answerAsStandby;
  await sample(1);
  standby = silence;
  await sample(1);
  expect(watch.fallback(startOfLog)).toBe('standby_away');
});

test('a standby is not late because the primary takes long to answer a sample', async () => {
  primary = answer;
  standby = answerAsStandby;
  await sample(1);
  const { promise, reject } = Promise.withResolvers<ServerPosition>();
  primary = () => promise;
  const sampling = watch.sample();
  now += 2_000;
  expect(watch.fallback(startOfLog)).toBeUndefined();
  reject(new Error('timeout expired'));
  await sampling;
  expect(watch.fallback(startOfLog)).toBeUndefined();
});
