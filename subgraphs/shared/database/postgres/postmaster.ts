import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isRunning } from '../../runtime/processes.ts';

/**
 * Signals that stop the server, with the milliseconds to wait after each. SIGINT rolls back open transactions and leaves consistent
 * files. SIGQUIT and SIGKILL end a server that takes longer. The next start then recovers the committed changes.
 */
const shutdownSteps = [
  ['SIGINT', 6_000],
  ['SIGQUIT', 1_000],
  ['SIGKILL', 1_000],
] as const;

/** Process id of the running server of these files, also if another process started it. Undefined if none runs. */
export function postmasterOf(cluster: string): number | undefined {
  const pid = readPid(cluster);
  return pid !== undefined && isRunning(pid) && isPostgres(pid) ? pid : undefined;
}

/**
 * Removes the PID file of a killed server if another program now has its number. Otherwise PostgreSQL would take that program
 * for the server and refuse to start.
 */
export function removeStalePidFile(cluster: string): void {
  if (postmasterOf(cluster) === undefined) rmSync(pidFile(cluster), { force: true });
}

/** Stops a server and resolves when it has ended. */
export async function stopPostmaster(pid: number): Promise<void> {
  for (const [signal, milliseconds] of shutdownSteps) {
    sendSignal(pid, signal);
    const until = performance.now() + milliseconds;
    while (performance.now() < until) {
      if (!isRunning(pid)) return;
      await sleep(20);
    }
  }
}

/** Sends a signal to a process, unless it has ended. */
export function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // the process has ended
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

/** Reads the name of the program on Linux. On other systems, every running process with this id counts as the server. */
function isPostgres(pid: number): boolean {
  if (process.platform !== 'linux') return true;
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim() === 'postgres';
  } catch {
    return false;
  }
}
