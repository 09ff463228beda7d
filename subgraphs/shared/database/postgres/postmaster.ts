import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isRunning } from '../../runtime/processes.ts';

/**
 * SIGINT is the fast shutdown: open transactions roll back, the files are consistent. A server that takes longer than
 * this is told to leave at once, and then is killed; the next start recovers what was committed.
 */
const patience = [
  ['SIGINT', 6_000],
  ['SIGQUIT', 1_000],
  ['SIGKILL', 1_000],
] as const;

/** Process number of the server of these files, whoever started it; undefined where none runs. */
export function postmasterOf(cluster: string): number | undefined {
  const pid = readPid(cluster);
  return pid !== undefined && isRunning(pid) && isPostgres(pid) ? pid : undefined;
}

/**
 * Removes the note of a server that was killed and whose number belongs to another program by now: PostgreSQL would take
 * that program for the server and refuse to start.
 */
export function removeStaleNote(cluster: string): void {
  if (postmasterOf(cluster) === undefined) rmSync(pidFile(cluster), { force: true });
}

/** Stops a server and resolves when it is gone. */
export async function stopPostmaster(pid: number): Promise<void> {
  for (const [signal, milliseconds] of patience) {
    sendSignal(pid, signal);
    const until = performance.now() + milliseconds;
    while (performance.now() < until) {
      if (!isRunning(pid)) return;
      await sleep(20);
    }
  }
}

/** Sends a signal; a process that has just ended needs none. */
export function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // ended already
  }
}

function pidFile(cluster: string): string {
  return join(cluster, 'postmaster.pid');
}

function readPid(cluster: string): number | undefined {
  try {
    const pid = Number.parseInt(readFileSync(pidFile(cluster), 'utf8'), 10);
    return pid > 0 ? pid : undefined;
  } catch {
    return undefined;
  }
}

/** Linux tells the name of a program; elsewhere a running process of this number is taken for the server. */
function isPostgres(pid: number): boolean {
  if (process.platform !== 'linux') return true;
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim() === 'postgres';
  } catch {
    return false;
  }
}
