import { execFile } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { DrillContext } from '../drill.ts';
import { queryOnce } from '../query-once.ts';
import { postgresPrograms } from '../topology/debian.ts';
import { RunningService } from '../topology/running-service.ts';

const run = promisify(execFile);
const name = 'archive';
const archivedMs = 60_000;

/** A base backup of the running database, and the log that it has written since, received as it is written. */
export class Archive implements AsyncDisposable {
  /** Folder with the base backup. */
  readonly base: string;
  /** Folder with the files of the log. The last one is not full and ends with `.partial`. */
  readonly log: string;
  readonly #administrator: string;
  readonly #receiver: RunningService;

  private constructor(folder: string, administrator: string, connection: NodeJS.ProcessEnv) {
    this.base = join(folder, 'base');
    this.log = join(folder, 'log');
    mkdirSync(this.log, { recursive: true });
    this.#administrator = administrator;
    const program = {
      file: join(postgresPrograms(), 'pg_receivewal'),
      args: ['--directory', this.log, '--slot', name, '--synchronous'],
      environment: connection,
      health: { kind: 'exit' },
    } as const;
    this.#receiver = new RunningService(name, program, { logFile: join(folder, 'archive.log'), restarts: true });
  }

  /** Begins to receive the log, and copies the database while clients write. */
  static async start({ data, environment }: DrillContext, administrator: string): Promise<Archive> {
    const connection = {
      PGHOST: 'postgres',
      PGUSER: 'replication',
      PGAPPNAME: name,
      PGPASSWORD: environment['REPLICATION_PASSWORD'],
    };
    await queryOnce(administrator, 'select pg_create_physical_replication_slot($1, true)', [name]);
    const archive = new Archive(join(data, 'archive'), administrator, connection);
    const args = ['--pgdata', archive.base, '--wal-method', 'none', '--checkpoint', 'fast'];
    await run(join(postgresPrograms(), 'pg_basebackup'), args, { env: { ...process.env, ...connection } });
    return archive;
  }

  /** Resolves when the archive has what the database has written. @returns how long that took, in milliseconds */
  async caughtUp(): Promise<number> {
    const began = Date.now();
    const [now] = await queryOnce<{ lsn: string }>(this.#administrator, 'select pg_current_wal_lsn()::text as lsn');
    const statement = 'select from pg_stat_replication where application_name = $1 and flush_lsn >= $2';
    while ((await queryOnce(this.#administrator, statement, [name, now?.lsn])).length === 0) {
      if (Date.now() - began > archivedMs) throw new Error(`The archive is behind after ${archivedMs / 1_000} s.`);
      await delay(20);
    }
    return Date.now() - began;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#receiver[Symbol.asyncDispose]();
  }
}
