import { setTimeout as delay } from 'node:timers/promises';
import { queryOnce } from '../query-once.ts';
import type { RunningService } from '../topology/running-service.ts';

const firstMs = 120_000;
const archivedMs = 300_000;
const pollMs = 200;

/** The backups of the running product: what the service `backup` and `archive_command` have written to the repository. */
export class Backups {
  readonly #service: RunningService;
  readonly #administrator: string;

  /** @param administrator URL of the database for the superuser */
  constructor(service: RunningService, administrator: string) {
    this.#service = service;
    this.#administrator = administrator;
  }

  /** Takes a base backup now, after the one that runs. */
  async take(): Promise<void> {
    const until = Date.now() + firstMs;
    for (;;) {
      try {
        await this.pgbackrest('--type=full', 'backup');
        return;
      } catch (error) {
        if (!isLocked(error) || Date.now() > until) throw error;
        await delay(pollMs);
      }
    }
  }

  /** Resolves when the archive has what the database has written. @returns how long that took, in milliseconds */
  async caughtUp(): Promise<number> {
    const began = Date.now();
    const [now] = await queryOnce<{ segment: string }>(
      this.#administrator,
      'select pg_walfile_name(pg_current_wal_lsn()) as segment',
    );
    const statement = 'select from pg_stat_archiver where last_archived_wal >= $1';
    while ((await queryOnce(this.#administrator, statement, [now?.segment])).length === 0) {
      if (Date.now() - began > archivedMs) throw new Error(`The archive is behind after ${archivedMs / 1_000} s.`);
      await delay(pollMs);
    }
    return Date.now() - began;
  }

  /**
   * Restores the newest backup with its archive into an empty folder. The server that starts there replays the log up to the target.
   * @param target such as `--type=time`, with its options
   */
  async restore(folder: string, ...target: readonly string[]): Promise<void> {
    const mode = ['--target-action=promote', '--archive-mode=off'];
    await this.pgbackrest(`--pg1-path=${folder}`, ...target, ...mode, 'restore');
  }

  pgbackrest(...args: readonly string[]): Promise<string> {
    return this.#service.run('pgbackrest', ['--stanza=main', ...args]);
  }
}

/** Another command of pgBackRest runs. */
const isLocked = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 50;
