import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { claimSets } from '../sets-claim.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'freight-claim-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('a second release at the same time is refused, and told who runs', async () => {
  await using _first = await claimSets(folder);
  await expect(claimSets(folder)).rejects.toThrow(
    `Another release runs (process ${process.pid}). Wait until it has ended, or interrupt it with Ctrl-C: it rolls back then.`,
  );
});

test('of many releases at the same time one runs', async () => {
  const all = await Promise.allSettled(Array.from({ length: 8 }, () => claimSets(folder)));
  const claims = all.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  expect(claims).toHaveLength(1);
  await claims[0]?.[Symbol.asyncDispose]();
});

test('a release that has ended leaves nothing', async () => {
  {
    await using claim = await claimSets(folder);
    await claim.note({ version: '1.2.0', phase: 'shifting' });
    await claim.note(undefined);
  }
  expect(readdirSync(folder)).toEqual([]);
});

test('after a release was killed the next one may run, and knows how far it had come', async () => {
  const killed = fork(join(import.meta.dirname, 'claim-and-wait.ts'), [folder]);
  await once(killed, 'message');
  await expect(claimSets(folder)).rejects.toThrow(`Another release runs (process ${killed.pid})`);
  const gone = once(killed, 'exit');
  killed.kill('SIGKILL');
  await gone;
  await using claim = await claimSets(folder);
  expect(claim.left).toEqual({ version: '1.2.0', phase: 'promoting' });
});
