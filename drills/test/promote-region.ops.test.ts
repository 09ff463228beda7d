import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Replication, startReplication } from '#shared/test/replication.ts';
import { queryOnce } from '../query-once.ts';

/** infra/postgres/promote-region.sh with the standby of a region. */
const execute = promisify(execFile);
const script = join(import.meta.dirname, '../../infra/postgres/promote-region.sh');
const follow = 'host=us-west-2 user=replication';
let servers: Replication;
/** The standby that is left after a promotion. */
let left: string;

beforeAll(async () => {
  servers = await startReplication();
});
afterAll(async () => servers?.[Symbol.asyncDispose]());

/** @param standbys how many regions followed the former primary */
const promote = (standbys: number, ...servers: readonly string[]) =>
  execute('bash', [script, `${standbys}`, ...servers]);

/** How a standby reaches its primary, and whether it still is a standby. */
const stateOfStandby = (url = servers.standbyUrl) =>
  queryOnce(url, `select current_setting('primary_conninfo') as follows, pg_is_in_recovery() as "isStandby"`);

test.each([2, 3, 4])('one of %i standbys is refused, and nothing changes', async (standbys) => {
  const before = await stateOfStandby();
  await expect(promote(standbys, servers.standbyUrl)).rejects.toMatchObject({
    stderr: expect.stringMatching(
      new RegExp(`1 of ${standbys} standbys is not more than half[^]*Name more standbys[^]*region-failover.md`),
    ),
  });
  expect(await stateOfStandby()).toEqual(before);
});

test('two of four standbys are refused: the other two could follow the former primary', async () => {
  const other = 'postgres://postgres@eu-west-1/postgres';
  await expect(promote(4, servers.standbyUrl, other, follow)).rejects.toMatchObject({
    stderr: expect.stringContaining('2 of 4 standbys is not more than half'),
  });
});

test('a standby without the way to its primary is refused, and nothing changes', async () => {
  const before = await stateOfStandby();
  await expect(
    promote(2, servers.standbyUrl, `postgres://postgres@eu-west-1/postgres=${follow}`),
  ).rejects.toMatchObject({
    stderr: expect.stringContaining('Nothing was changed: OTHER and its CONNINFO are two arguments.'),
  });
  expect(await stateOfStandby()).toEqual(before);
});

test('a standby that is named twice counts once', async () => {
  const before = await stateOfStandby();
  await expect(promote(2, servers.standbyUrl, servers.standbyUrl, follow)).rejects.toMatchObject({
    stderr: expect.stringContaining('A standby is named twice: nothing was changed.'),
  });
  expect(await stateOfStandby()).toEqual(before);
});

test('a primary does not count as a standby', async () => {
  const before = await stateOfStandby();
  await expect(promote(2, servers.standbyUrl, servers.primaryUrl, follow)).rejects.toMatchObject({
    stderr: expect.stringContaining('A server is no standby: nothing was changed.'),
  });
  expect(await stateOfStandby()).toEqual(before);
});

test('a standby that has its primary in its command line is refused, and promotes nothing', async () => {
  await servers.killStandby();
  await servers.startStandby(`primary_conninfo=${follow}`);
  await expect(promote(1, servers.standbyUrl)).rejects.toMatchObject({
    stderr: expect.stringContaining(
      'A server keeps its primary_conninfo, such as one that has it in its command line.',
    ),
  });
  expect(await stateOfStandby()).toEqual([{ follows: follow, isStandby: true }]);
  await servers.killStandby();
  await servers.startStandby();
});

test('of two operators who promote two regions at once, one wins, and the other region follows', async () => {
  const urls = [servers.standbyUrl, await servers.addStandby()] as const;
  await servers.killPrimary();
  const conninfoOf = (url: string) =>
    `host=127.0.0.1 port=${new URL(url).port} user=postgres dbname=postgres options='-c work_mem=8MB'`;
  const [one, other] = urls;
  const operators = [
    promote(2, one, conninfoOf(other), conninfoOf(one)),
    promote(2, other, `${one}?application_name=operator`, conninfoOf(other)),
  ] as const;
  const results = await Promise.allSettled(operators);
  const winner = results.findIndex(({ status }) => status === 'fulfilled') === 0 ? one : other;
  const loser = winner === one ? other : one;
  left = loser;
  expect(results[urls.indexOf(loser)]).toMatchObject({
    status: 'rejected',
    reason: { stderr: expect.stringContaining('Somebody else is promoting a region') },
  });
  expect(await stateOfStandby(winner)).toEqual([{ follows: '', isStandby: false }]);
  expect(await stateOfStandby(loser)).toEqual([{ follows: conninfoOf(winner), isStandby: true }]);
});

test('the only standby that is left is promoted, and a promoted server is still the primary after a restart', async () => {
  const { stdout } = await promote(1, left);
  expect(stdout).toContain('The log ends at ');
  await servers.killStandby();
  await servers.startStandby();
  for (const url of [left, servers.standbyUrl])
    expect(await stateOfStandby(url)).toEqual([{ follows: '', isStandby: false }]);
});
