import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { errorCode } from '../errors/error-code.ts';

/**
 * Identifies a running process by its number and, on Linux, its start time. Numbers are reused, within seconds after a
 * restart of the machine or container. Undefined if the process is not running.
 */
function processIdentity(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // Skips the name, which can contain any character. The fields after it are: state, …, start time.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' ? undefined : `${pid} ${fields[19]}`;
  } catch {
    return exists(pid) ? String(pid) : undefined;
  }
}

export function isRunning(pid: number): boolean {
  return processIdentity(pid) !== undefined;
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) === 'EPERM';
  }
}

/** A lock file that this process has taken, or the number of the process that holds it. */
export type Lock = { readonly kind: 'taken'; release(): void } | { readonly kind: 'held'; readonly pid: number };

/** Takes a lock file for this process. Replaces a lock file of a process that has ended. */
export function takeLock(file: string): Lock {
  const own = processIdentity(process.pid) ?? String(process.pid);
  for (;;) {
    try {
      writeFileSync(file, own, { flag: 'wx' });
      return { kind: 'taken', release: () => rmSync(file, { force: true }) };
    } catch (error) {
      if (errorCode(error) !== 'EEXIST') throw error;
      const pid = findHolder(file);
      if (pid !== undefined) return { kind: 'held', pid };
      rmSync(file, { force: true });
    }
  }
}

function findHolder(file: string): number | undefined {
  try {
    const identity = readFileSync(file, 'utf8');
    const pid = Number.parseInt(identity, 10);
    return processIdentity(pid) === identity ? pid : undefined;
  } catch {
    return undefined;
  }
}
