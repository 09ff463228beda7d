import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ConfigurationError } from '../../runtime/config.ts';
import type { Log } from '../../runtime/log.ts';
import { takeLock } from '../../runtime/processes.ts';
import { type ClusterFiles, clusterFiles, ensureCluster } from './cluster-files.ts';
import { launch } from './launch.ts';
import { postmasterOf, removeStalePidFile, sendSignal, stopPostmaster } from './postmaster.ts';
import { findPrograms, findReason, type Program, type Programs } from './programs.ts';
import { openServerSession, type ServerSession } from './session.ts';

export interface EmbeddedPostgresOptions {
  /** Further command line flags for `postgres`. Tests turn fsync off. */
  readonly flags?: readonly string[];
  /** The programs of another PostgreSQL. Default: those of npm. */
  readonly programs?: () => Promise<Programs>;
  readonly log?: Log;
  /** Called when the server has died too often or could not be started again. */
  readonly onLost?: (error: unknown) => void;
}

/** Maximum number of restarts within ten minutes. */
const maxRestarts = 3;
const restartWindowMs = 10 * 60_000;
/** Maximum time for another process to start or stop the server. */
const othersMs = 30_000;

/**
 * The PostgreSQL server with its files in a folder. Several processes share it. The first process starts it. If it dies, any
 * process restarts it. The last process stops it, even if the process that started it was killed.
 */
export class EmbeddedPostgres implements AsyncDisposable {
  readonly #files: ClusterFiles;
  readonly #options: EmbeddedPostgresOptions;
  #session: ServerSession | undefined;
  #child: Program | undefined;
  /** Process id of a running server that no other process used. Like a child process, it must not outlive this process. */
  #adopted: number | undefined;
  #closing = false;
  /** The current start or restart, or the last one. */
  #opening: Promise<unknown> = Promise.resolve();
  #restartedAt: number[] = [];

  constructor(folder: string, options: EmbeddedPostgresOptions = {}) {
    this.#files = clusterFiles(folder);
    this.#options = options;
  }

  /** Starts the server, or connects to the running one. @returns the URL of its superuser */
  async start(): Promise<string> {
    process.on('exit', this.#endAtOnce);
    const opening = this.#exclusively(() => this.#open());
    this.#opening = opening;
    return opening;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closing) return;
    this.#closing = true;
    // The server may still be starting, or initdb may be running.
    if (!this.#session && this.#child?.isRunning()) await stopPostmaster(this.#child.pid);
    await this.#opening.catch(() => {});
    const session = this.#session;
    if (session) await this.#exclusively(() => this.#leave(session));
    process.off('exit', this.#endAtOnce);
  }

  /** Only one process at a time starts, joins or stops the server. */
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

  /** Opens a session on the running server, if there is one. Waits while it starts or stops. */
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
            `DATA_DIR: the PostgreSQL that runs on ${cluster} (process ${pid}) does not respond: ${String(error)}`,
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
    removeStalePidFile(cluster);
    await launch({ programs, cluster, port, flags: this.#options.flags ?? [], started });
    return openServerSession(this.#files.urlOfServer());
  }

  /** Called when the session has ended, because the server or one of its processes died. */
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

  /** Joins or restarts the server. Each attempt to start it counts as a restart. */
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
    const reason = this.#child ? findReason(this.#child.output()) : 'another process had started it';
    this.#restartedAt = this.#restartedAt.filter((at) => at > now - restartWindowMs);
    if (this.#restartedAt.length >= maxRestarts)
      throw new ConfigurationError(
        `DATA_DIR: a PostgreSQL that keeps running is required; the one in ${this.#files.folder} died ${maxRestarts + 1} times within ten minutes: ${reason}`,
      );
    this.#restartedAt.push(now);
    this.#options.log?.warn({ restarts: this.#restartedAt.length, reason }, 'PostgreSQL died; it is started again');
  }

  async #leave(session: ServerSession): Promise<void> {
    const last = await session.leave();
    const pid = postmasterOf(this.#files.cluster);
    if (last && pid !== undefined) await stopPostmaster(pid);
  }

  /** Immediate shutdown for a process that is exiting. The next start recovers the committed changes. */
  readonly #endAtOnce = (): void => {
    const pid = this.#child?.isRunning() ? this.#child.pid : this.#adopted;
    if (pid !== undefined) sendSignal(pid, 'SIGQUIT');
  };
}
