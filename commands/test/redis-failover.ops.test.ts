import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';

/** The scripts and settings of k8s/base/redis with the Redis and HAProxy of this machine. */
const run = promisify(execFile);
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'freight-sentinels-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('clients of the proxy write to one master, through its loss and an outage of all pods', async () => {
  const own = userInfo().uid === 0 ? [] : ['--user', '--map-root-user'];
  const script = join(import.meta.dirname, 'redis-failover.sh');
  const files = join(import.meta.dirname, '../../k8s/base/redis');
  const { stdout } = await run('unshare', [...own, '--net', '--mount', '--kill-child', 'bash', script, files, folder], {
    timeout: 110_000,
  });
  expect(stdout.trim().split('\n')).toEqual([
    'master at first: redis-0',
    'another master: yes',
    'written before: one',
    'master after the return of redis-0: the same',
    'master after an outage of all: the same',
    'written in between: two',
  ]);
}, 120_000);
