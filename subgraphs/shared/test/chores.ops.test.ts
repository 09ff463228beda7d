import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from './harness.ts';

/** Chores of a subgraph with several processes, one of which is killed. */
let database: TestDatabase;
const started: ChildProcessByStdio<null, Readable, null>[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
});
afterEach(async () => {
  for (const child of started.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
});
afterAll(() => database.drop());

/** Starts a process, and waits until it has migrated. */
async function start(onLine: (line: string) => void, mode = 'works') {
  const file = new URL('./chore-process.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, [file, database.urlFor('risk'), mode], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  started.push(child);
  const ready = Promise.withResolvers<void>();
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (line === 'ready') ready.resolve();
    onLine(line);
  });
  await ready.promise;
  return child;
}

test('two processes run a chore once per interval', async () => {
  const ticks: number[] = [];
  const enough = Promise.withResolvers<void>();
  const onLine = (line: string) => {
    if (line.startsWith('tick')) ticks.push(Number(line.slice(5)));
    if (ticks.length === 12) enough.resolve();
  };
  await start(onLine);
  await start(onLine);
  await enough.promise;
  const sorted = ticks.toSorted((one, other) => one - other);
  const gaps = sorted.slice(1).map((at, index) => at - (sorted[index] ?? 0));
  // A run is due 400 ms after the end of the last one by the clock of the database; a little less lies between the lines of two processes.
  expect(Math.min(...gaps)).toBeGreaterThan(300);
}, 60_000);

test('a chore whose process is killed in the middle runs again in another process', async () => {
  const begun = Promise.withResolvers<void>();
  const dying = await start((line) => line === 'long begins' && begun.resolve(), 'hangs');
  await begun.promise;
  const lines: string[] = [];
  const again = Promise.withResolvers<void>();
  await start((line) => {
    lines.push(line);
    if (line === 'long ends') again.resolve();
  });
  dying.kill('SIGKILL');
  await once(dying, 'exit');
  expect(lines).not.toContain('long begins');
  await again.promise;
}, 60_000);
