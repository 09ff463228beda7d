import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { postmasterOf } from '#shared/database/postgres/postmaster.ts';
import { openTerminal, type Terminal } from './terminal.ts';

/** `npm start` as a newcomer runs it: in a terminal, through npm, on a data folder of its own. */
export interface Installation extends Disposable {
  readonly dataDir: string;
  /** The cluster of its PostgreSQL. */
  readonly cluster: string;
  start(environment?: NodeJS.ProcessEnv): Terminal;
  /** Process number of the running product. */
  processOfProduct(): number | undefined;
  /** What a product leaves while it runs. */
  leftovers(): { readonly postgres: number | undefined; readonly locks: readonly string[] };
}

export function createInstallation(): Installation {
  const dataDir = mkdtempSync(join(tmpdir(), 'freight start '));
  const cluster = join(dataDir, 'postgres', 'cluster');
  /** The lock file begins with the process number. */
  const processOfProduct = (): number | undefined => {
    const file = join(dataDir, 'start.pid');
    return existsSync(file) ? Number.parseInt(readFileSync(file, 'utf8'), 10) : undefined;
  };
  return {
    dataDir,
    cluster,
    processOfProduct,
    start: (environment = {}) =>
      openTerminal('npm start -- --no-simulator', {
        NODE_ENV: 'development',
        DATA_DIR: dataDir,
        PORT: '0',
        SUBGRAPH_BASE_PORT: '0',
        SEED_SHIPMENTS: '200',
        ...environment,
      }),
    leftovers: () => ({
      postgres: postmasterOf(cluster),
      locks: [dataDir, join(dataDir, 'postgres')]
        .flatMap((folder) => readdirSync(folder))
        .filter((name) => /pid$/.test(name)),
    }),
    [Symbol.dispose]() {
      const left = [postmasterOf(cluster), processOfProduct()].filter((pid) => pid !== undefined);
      for (const pid of left) process.kill(pid, 'SIGKILL');
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** Waits until something holds; not beyond the end of the command that is to bring it about. */
export async function until(terminal: Terminal, holds: () => boolean | Promise<boolean>): Promise<void> {
  let ended = false;
  void terminal.exitCode.then(() => {
    ended = true;
  });
  while (!(await holds())) {
    if (ended) throw new Error(`the command ended:\n${terminal.lines.join('\n')}`);
    await sleep(50);
  }
}
