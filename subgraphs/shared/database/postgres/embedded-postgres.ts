import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ConfigurationError } from '../../runtime/config.ts';
import type { Log } from '../../runtime/log.ts';
import { takeLock } from '../../runtime/processes.ts';
import { type ClusterFiles, clusterFiles, ensureCluster } from './cluster-files.ts';
import { launch } from './launch.ts';
import { postmasterOf, removeStaleNote, sendSignal, stopPostmaster } from './postmaster.ts';
import { findPrograms, type Program, type Programs, reasonIn } from './programs.ts';
import { openServerSession, type ServerSession } from './session.ts';

export interface EmbeddedPostgresOptions {
  /** More `postgres` command line flags (tests turn fsync off). */
  readonly flags?: readonly string[];
  /** Another PostgreSQL than that of npm. */
  readonly programs?: () => Promise<Programs>;
  readonly log?: Log;
  /** Called when the server died and could not be started again, or died too often. */
  readonly onLost?: (error: unknown) => void;
}

/** A server that dies more often than this within ten minutes is not started again. */
const maxRestarts = 3;
const restartWindowMs = 10 * 60_000;
/** Milliseconds that another process may take to start or stop the server. */
const othersMs = 30_000;

/**
 * The PostgreSQL server whose files live in a folder. Processes share it: the first starts it, any of them restarts it
 * when it dies, and the last to leave stops it, even if the process that started it was killed.
 */
export class EmbeddedPostgres implements AsyncDisposable {
  readonly #files: ClusterFiles;
  readonly #options: EmbeddedPostgresOptions;
  #session: ServerSession | undefined;
  #child: Program | undefined;
  /** Process of a server that we found and that nobody else used; like our child it must not outlive us. */
  #adopted: number | undefined;
  #closing = false;
  /** The start or restart that is under way, or the last one. */
  #opening: Promise<unknown> = Promise.resolve();
  #restartedAt: number[] = [];

  constructor(folder: string, options: EmbeddedPostgresOptions = {}) {
    this.#files = clusterFiles(folder);
    this.#options = options;
  }

  /** Starts the server, or joins the one that runs. @returns its URL with all rights */
  async start(): Promise<string> {
    process.on('exit', this.#endAtOnce);
    const opening = this.#exclusively(() => this.#open());
    this.#opening = opening;
    return opening;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closing) return;
    this.#closing = true;
    // It may still be starting, or making its files.
    if (!this.#session && this.#child?.isRunning()) await stopPostmaster(this.#child.pid);
    await this.#opening.catch(() => {});
    const session = this.#session;
    if (session) await this.#exclusively(() => this.#leave(session));
    process.off('exit', this.#endAtOnce);
  }

  /** Starting, joining and stopping happen in one process at a time. */
  async #exclusively<T>(run: () => Promise<T>): Promise<T> {
    const file = join(this.#files.folder, 'starting.pid');
    const until = performance.now() + othersMs;
    const leaving = this.#closing;
    for (;;) {
      if (this.#closing && !leaving) throw new Error('PostgreSQL was closed before it had started.');
      const lock = takeLock(file);
      if (lock.kind === 'taken') {
        try {
          return await run();
        } finally {
          lock.release();
        }
      }
      if (performance.now() > until)
        throw new ConfigurationError(
          `DATA_DIR: a PostgreSQL that starts or stops within ${othersMs / 1000} s is required; process ${lock.pid} still holds ${file}`,
        );
      await sleep(50);
    }
  }

  async #open(): Promise<string> {
    return this.#use((await this.#join()) ?? (await this.#launch()));
  }

  #use(session: ServerSession): string {
    this.#session = session;
    void session.lost.then(() => this.#recover());
    return session.url;
  }

  /** Opens a session on the server that runs, if one does: it may still be starting, or be on its way to stop. */
  async #join(): Promise<ServerSession | undefined> {
    const { cluster, urlOfServer } = this.#files;
    const until = performance.now() + othersMs;
    for (;;) {
      const pid = postmasterOf(cluster);
      if (pid === undefined) return undefined;
      try {
        const session = await openServerSession(urlOfServer());
        if (session.alone) this.#adopted = pid;
        return session;
      } catch (error) {
        if (error instanceof ConfigurationError) throw error;
        if (this.#closing || performance.now() > until)
          throw new ConfigurationError(
            `DATA_DIR: the PostgreSQL that runs on ${cluster} (process ${pid}) does not answer: ${String(error)}`,
          );
        await sleep(100);
      }
    }
  }

  async #launch(): Promise<ServerSession> {
    const { cluster } = this.#files;
    const started = (child: Program): void => {
      this.#child = child;
      if (this.#closing) this.#endAtOnce();
    };
    const programs = await (this.#options.programs ?? findPrograms)();
    await ensureCluster(this.#files, programs, started);
    const port = await this.#files.choosePort();
    removeStaleNote(cluster);
    await launch({ programs, cluster, port, flags: this.#options.flags ?? [], started });
    return openServerSession(this.#files.urlOfServer());
  }

  /** Our session ended: the server died, or ended all sessions because one of its own processes died. */
  async #recover(): Promise<void> {
    this.#session = undefined;
    this.#adopted = undefined;
    if (this.#closing) return;
    try {
      this.#opening = this.#exclusively(() => this.#reopen());
      await this.#opening;
    } catch (error) {
      if (!this.#closing) this.#options.onLost?.(error);
    }
  }

  /** A server that dies again while it starts has died once more. */
  async #reopen(): Promise<void> {
    let session = await this.#join();
    while (!session && !this.#closing) {
      this.#countRestart();
      session = await this.#launch().catch(() => undefined);
    }
    if (session) this.#use(session);
  }

  #countRestart(): void {
    const now = performance.now();
    const lastWords = this.#child ? reasonIn(this.#child.output()) : 'another process had started it';
    this.#restartedAt = this.#restartedAt.filter((at) => at > now - restartWindowMs);
    if (this.#restartedAt.length >= maxRestarts)
      throw new ConfigurationError(
        `DATA_DIR: a PostgreSQL that keeps running is required; the one in ${this.#files.folder} died ${maxRestarts + 1} times within ten minutes: ${lastWords}`,
      );
    this.#restartedAt.push(now);
    this.#options.log?.warn({ restarts: this.#restartedAt.length, lastWords }, 'PostgreSQL died; it is started again');
  }

  async #leave(session: ServerSession): Promise<void> {
    const last = await session.leave();
    const pid = postmasterOf(this.#files.cluster);
    if (last && pid !== undefined) await stopPostmaster(pid);
  }

  /** Immediate shutdown, for a process that has no time left; the next start recovers what was committed. */
  readonly #endAtOnce = (): void => {
    const pid = this.#child?.isRunning() ? this.#child.pid : this.#adopted;
    if (pid !== undefined) sendSignal(pid, 'SIGQUIT');
  };
}
