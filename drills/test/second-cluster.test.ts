import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from '@jest/globals';

/** infra/postgres/second-cluster.sh: restore tests and mend-table.sh use one folder for the restored database. */
const file = join(import.meta.dirname, '../../infra/postgres/second-cluster.sh');
const script = `set -euo pipefail; source "${file}"; sockets=$1; claim_second_cluster; sleep infinity & echo claimed; wait`;

let folder: string;
const started: ChildProcess[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'freight-second-'));
});
afterEach(async () => {
  for (const one of started.splice(0)) killAll(one);
  rmSync(folder, { recursive: true });
});

/** A script that restores the database, in a process group of its own. */
function start() {
  const child = spawn('bash', ['-c', script, 'test-restore.sh', folder], { stdio: 'pipe', detached: true });
  started.push(child);
  return child;
}

/** Ends a script and the programs that it has started. */
function killAll({ pid }: ChildProcess): void {
  try {
    process.kill(-(pid ?? 0), 'SIGKILL');
  } catch {
    // It has ended.
  }
}

const claimed = async (child: ReturnType<typeof start>) =>
  expect(String(await once(child.stdout, 'data'))).toBe('claimed\n');

async function expectRefusal(holder: ChildProcess): Promise<void> {
  const second = start();
  const [said, [code]] = await Promise.all([text(second.stderr), once(second, 'exit')]);
  expect(code).toBe(1);
  expect(said).toBe(
    `A restore test or mend-table.sh runs already (process ${holder.pid} test-restore.sh). Wait until it has ended, or end it, and try again.\n`,
  );
}

test('a second restore at the same time is refused, and leaves the first one alone', async () => {
  const first = start();
  await claimed(first);
  await expectRefusal(first);
  expect(first.exitCode).toBeNull();
});

test('after one was killed the next one may run, once the programs of the killed one have ended', async () => {
  const killed = start();
  await claimed(killed);
  const gone = once(killed, 'exit');
  killed.kill('SIGKILL');
  await gone;
  await expectRefusal(killed); // `sleep` still runs
  const allGone = once(killed, 'close');
  killAll(killed);
  await allGone;
  const next = start();
  await claimed(next);
});
