import { appendFileSync, copyFileSync, cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { DrillContext } from '../drill.ts';
import { queryOnce } from '../query-once.ts';
import { postgresPrograms } from '../topology/debian.ts';
import { RunningService } from '../topology/running-service.ts';
import type { Archive } from './archive.ts';

const host = '127.0.2.2';
const restoredMs = 600_000;

/** An empty server that is given the database as it was at a moment. */
export class RestoredDatabase implements AsyncDisposable {
  readonly #server: RunningService;

  private constructor(server: RunningService) {
    this.#server = server;
  }

  /** Resolves when the database accepts writes. @param moment a time of the database */
  static async start(
    { project, data }: DrillContext,
    archive: Archive,
    moment: string,
    administrator: string,
  ): Promise<RestoredDatabase> {
    const cluster = join(data, 'restored');
    const settings = join(data, 'restored.conf');
    cpSync(archive.base, cluster, { recursive: true });
    writeFileSync(join(cluster, 'recovery.signal'), '');
    copyFileSync(join(project, 'infra/postgres/postgresql.conf'), settings);
    appendFileSync(
      settings,
      [
        `listen_addresses = '${host}'`,
        `unix_socket_directories = ''`,
        `restore_command = 'cp "${archive.log}/%f" "%p" || cp "${archive.log}/%f.partial" "%p"'`,
        `recovery_target_time = '${moment}'`,
        `recovery_target_action = 'promote'`,
      ].join('\n'),
    );
    const program = {
      file: join(postgresPrograms(), 'postgres'),
      args: ['-c', `config_file=${settings}`, '-D', cluster],
      environment: {},
      isUnprivileged: true,
      health: { kind: 'port', host, port: 5432 },
    } as const;
    const logFile = join(data, 'restored.log');
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
    return withHost(other, host);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server[Symbol.asyncDispose]();
  }
}

function withHost(url: string, hostname: string): string {
  const changed = new URL(url);
  changed.hostname = hostname;
  return changed.href;
}
