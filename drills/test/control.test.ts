import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { remoteSets, serveControl } from '../release/control.ts';

let data: string;
beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'freight-control-'));
});
afterEach(() => rmSync(data, { recursive: true, force: true }));

/** Sets of processes that note what they are asked to do. */
function notedSets() {
  const asked: string[] = [];
  const note = (what: string) => async (app: string) => void asked.push(`${what} ${app}`);
  const stopNext = async () => void asked.push('stopNext');
  return {
    asked,
    sets: { migrate: note('migrate'), startNext: note('startNext'), replace: note('replace'), stopNext },
  };
}

test('a release asks a running topology for its steps', async () => {
  const { asked, sets } = notedSets();
  await using _control = await serveControl(sets, data);
  const remote = remoteSets(data);
  await remote.migrate('/app');
  await remote.stopNext();
  expect(asked).toEqual(['migrate /app', 'stopNext']);
});

test('a topology starts again on a folder in which its socket was left', async () => {
  writeFileSync(join(data, 'control.sock'), '');
  const { asked, sets } = notedSets();
  await using _control = await serveControl(sets, data);
  await remoteSets(data).replace('/app');
  expect(asked).toEqual(['replace /app']);
});
