import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { postmasterOf } from '../database/postgres/postmaster.ts';

let folder: string;
let cluster: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'freight-process-'));
  cluster = join(folder, 'cluster');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const start = (how: 'fails' | 'never-ends' | 'is-busy' | 'runs') =>
  fork(new URL('./stubborn-service.ts', import.meta.url), [how, folder], {
    execArgv: ['--no-warnings'],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });

describe('a process with a PostgreSQL of its own', () => {
  test('closes its resources when its start fails', async () => {
    const child = start('fails');
    const [errors, [code]] = await Promise.all([text(child.stderr!), once(child, 'exit')]);
    expect([code, errors]).toEqual([1, expect.stringContaining('the start fails')]);
    expect(postmasterOf(cluster)).toBeUndefined();
  });

  test('treats two signals at once as one, and ends immediately on a later one, together with PostgreSQL', async () => {
    const child = start('never-ends');
    const exit = once(child, 'exit');
    await once(child, 'message');
    expect(postmasterOf(cluster)).toBeDefined();

    child.kill('SIGINT');
    child.kill('SIGINT');
    expect(String((await once(child.stdout!, 'data'))[0])).toBe('Stopping.\n');
    child.send('still here?');
    expect(await once(child, 'message')).toContain('still here?');

    const insisting = setInterval(() => child.kill('SIGINT'), 100);
    expect(await exit).toEqual([130, null]);
    clearInterval(insisting);
    while (postmasterOf(cluster) !== undefined) await sleep(20);
  });

  test('treats a copy of a signal as the same signal, even if it is seen late', async () => {
    const child = start('is-busy');
    const exit = once(child, 'exit');
    await once(child, 'message');
    child.kill('SIGINT');
    await once(child.stdout!, 'data');
    child.kill('SIGINT');
    expect(await exit).toEqual([0, null]);
  });

  test('restarts PostgreSQL when it dies, and ends with one line when it dies four times within ten minutes', async () => {
    const child = start('runs');
    const ended = Promise.all([text(child.stderr!), once(child, 'exit')]);
    await once(child, 'message');
    for (let killed: number | undefined; child.exitCode === null; await sleep(20)) {
      const postmaster = postmasterOf(cluster);
      if (postmaster === undefined || postmaster === killed) continue;
      process.kill(postmaster, 'SIGKILL');
      killed = postmaster;
    }
    const [errors, [code]] = await ended;
    expect([code, errors.trim().split('\n')]).toEqual([
      1,
      [
        expect.stringMatching(
          /^DATA_DIR: a PostgreSQL that keeps running is required; .* died 4 times within ten minutes/,
        ),
      ],
    ]);
    expect(postmasterOf(cluster)).toBeUndefined();
  });
});
