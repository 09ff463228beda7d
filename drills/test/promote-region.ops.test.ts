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

beforeAll(async () => {
  servers = await startReplication();
});
afterAll(async () => servers?.[Symbol.asyncDispose]());

/** @param standbys how many regions followed the former primary */
const promote = (standbys: number, ...servers: readonly string[]) =>
  execute('bash', [script, `${standbys}`, ...servers]);

/** How the standby reaches its primary, and whether it still is a standby. */
const stateOfStandby = () =>
  queryOnce(
    servers.standbyUrl,
    `select current_setting('primary_conninfo') as follows, pg_is_in_recovery() as "isStandby"`,
  );

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
  await expect(promote(4, servers.standbyUrl, `${other}=${follow}`)).rejects.toMatchObject({
    stderr: expect.stringContaining('2 of 4 standbys is not more than half'),
  });
});

test('a standby that is named twice counts once', async () => {
  const before = await stateOfStandby();
  await expect(promote(2, servers.standbyUrl, `${servers.standbyUrl}=${follow}`)).rejects.toMatchObject({
    stderr: expect.stringContaining('A standby is named twice: nothing was changed.'),
  });
  expect(await stateOfStandby()).toEqual(before);
});

test('a primary does not count as a standby', async () => {
  const before = await stateOfStandby();
  await expect(promote(2, servers.standbyUrl, `${servers.primaryUrl}=${follow}`)).rejects.toMatchObject({
    stderr: expect.stringContaining('A server is no standby: nothing was changed.'),
  });
  expect(await stateOfStandby()).toEqual(before);
});

test('the only standby is promoted', async () => {
  const { stdout } = await promote(1, servers.standbyUrl);
  expect(stdout).toContain('The log ends at ');
  expect(await stateOfStandby()).toEqual([{ follows: '', isStandby: false }]);
});
