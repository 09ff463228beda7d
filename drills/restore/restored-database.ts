import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { DrillContext } from '../drill.ts';
import { queryOnce } from '../query-once.ts';
import { postgresPrograms } from '../topology/debian.ts';
import { RunningService } from '../topology/running-service.ts';
import type { Backups } from './backups.ts';

const host = '127.0.2.2';
const restoredMs = 900_000;

/** An empty server that is given the database as it was at a moment. */
export class RestoredDatabase implements AsyncDisposable {
  readonly #server: RunningService;

  private constructor(server: RunningService) {
    this.#server = server;
  }

  /** Resolves when the database accepts writes. @param target see `Backups.restore` */
  static async start(
    { project, data, topology }: DrillContext,
    backups: Backups,
    target: readonly string[],
    administrator: string,
  ): Promise<RestoredDatabase> {
    const cluster = join(data, 'restored/cluster');
    const settings = join(data, 'restored/postgresql.conf');
    mkdirSync(cluster, { recursive: true, mode: 0o700 });
    copyFileSync(join(project, 'infra/postgres/postgresql.conf'), settings);
    await backups.restore(cluster, ...target);
    const flags = [`config_file=${settings}`, `listen_addresses=${host}`, 'unix_socket_directories='];
    const program = {
      file: join(postgresPrograms(), 'postgres'),
      args: ['-D', cluster, ...flags.flatMap((flag) => ['-c', flag])],
      environment: topology.of('backup').environment,
      isUnprivileged: true,
      health: { kind: 'port', host, port: 5432 },
    } as const;
    const logFile = join(data, 'restored/server.log');
    const restored = new RestoredDatabase(
      new RunningService('restored database', program, { logFile, restarts: false }),
    );
    try {
      await restored.#acceptsWrites(restored.url(administrator), logFile);
      return restored;
    } catch (error) {
      await restored[Symbol.asyncDispose]();
      throw error;
    }
  }

  async #acceptsWrites(url: string, logFile: string): Promise<void> {
    const until = Date.now() + restoredMs;
    const statement = 'select not pg_is_in_recovery() as writes';
    for (;;) {
      const [row] = await queryOnce<{ writes: boolean }>(url, statement).catch(() => []);
      if (row?.writes) return;
      if (Date.now() > until) throw new Error(`Nothing is restored after ${restoredMs / 1_000} s. Its log: ${logFile}`);
      await delay(100);
    }
  }

  /** The URL of this server for the role and database of another URL. */
  url(other: string): string {
    const changed = new URL(other);
    changed.hostname = host;
    return changed.href;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server[Symbol.asyncDispose]();
  }
}
