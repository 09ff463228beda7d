import { randomBytes } from 'node:crypto';
import { chownSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { ConfigurationError, ensureFolder, readJsonFile } from '../../runtime/config.ts';
import { freePort, isFree } from '../../runtime/ports.ts';
import { findReason, type Program, type Programs, runProgram } from './programs.ts';

/** The port of the server and the password of its superuser. */
const accessFile = z.object({ port: z.number(), password: z.string() });

/** The files of one embedded server. */
export interface ClusterFiles {
  readonly folder: string;
  /** Folder with the files of PostgreSQL. */
  readonly cluster: string;
  /** URL of the superuser. @throws ConfigurationError if the file with the password is missing */
  urlOfServer(): string;
  /** The port of the last start, or a free one if another program uses it. */
  choosePort(): Promise<number>;
}

export function clusterFiles(folder: string): ClusterFiles {
  const access = (): z.infer<typeof accessFile> => {
    const known = readAccess(folder);
    if (known) return known;
    throw new ConfigurationError(`DATA_DIR: ${accessPath(folder)} with the password of PostgreSQL is missing`);
  };
  return {
    folder: ensureFolder(folder),
    cluster: join(folder, 'cluster'),
    urlOfServer() {
      const { port, password } = access();
      return `postgresql://postgres:${password}@127.0.0.1:${port}/postgres`;
    },
    async choosePort() {
      const { port: last, password } = access();
      const port = (await isFree(last)) ? last : await freePort();
      writeAccess(folder, port, password);
      return port;
    },
  };
}

function accessPath(folder: string): string {
  return join(folder, 'server.json');
}

function readAccess(folder: string): z.infer<typeof accessFile> | undefined {
  return accessFile.safeParse(readJsonFile(accessPath(folder))).data;
}

function writeAccess(folder: string, port: number, password: string): void {
  writeFileSync(accessPath(folder), JSON.stringify({ port, password }), { mode: 0o600 });
}

/**
 * Creates the cluster if it does not exist, and creates an incomplete one again.
 * @param started called with the initdb process, which must not outlive this process
 */
export async function ensureCluster(
  { folder, cluster }: ClusterFiles,
  programs: Programs,
  started: (program: Program) => void,
): Promise<void> {
  if (readAccess(folder) && existsSync(join(cluster, 'PG_VERSION'))) return;
  rmSync(cluster, { recursive: true, force: true });
  mkdirSync(cluster, { recursive: true, mode: 0o700 });
  const password = randomBytes(16).toString('hex');
  const passwordFile = join(folder, 'initdb-password');
  writeFileSync(passwordFile, password, { mode: 0o600 });
  try {
    if (programs.user) {
      for (const path of [folder, cluster, passwordFile]) chownSync(path, programs.user.uid, programs.user.gid);
    }
    const initdb = runProgram(programs, programs.initdb, [
      `--pgdata=${cluster}`,
      '--username=postgres',
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale=C',
      '--no-sync',
    ]);
    started(initdb);
    if ((await initdb.ended) !== 0)
      throw new ConfigurationError(
        `DATA_DIR: PostgreSQL could not create its files in ${cluster}: ${findReason(initdb.output())}`,
      );
  } finally {
    rmSync(passwordFile, { force: true });
  }
  writeAccess(folder, await freePort(), password);
}
