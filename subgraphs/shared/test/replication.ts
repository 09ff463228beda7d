import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import type pg from 'pg';
import { postgresPrograms } from '../../../drills/topology/debian.ts';
import { asAdmin, databaseName, provision, roleUrl } from '../database/provision.ts';
import { freePort } from '../runtime/ports.ts';
import { roleSecret, subgraphNames } from './cluster.ts';
import type { TestDatabase } from './harness.ts';

/** A primary and a standby that follows it by streaming replication: two servers of Debian's PostgreSQL. */
export interface Replication extends AsyncDisposable {
  /** The product's database on the primary. */
  readonly database: TestDatabase;
  /** How an administrator connects. */
  readonly primaryUrl: string;
  readonly standbyUrl: string;
  /** The same role on the standby. */
  standbyUrlFor(subgraph: string): string;
  /** The standby receives the log, but no longer shows what is in it. */
  pauseReplay(): Promise<void>;
  resumeReplay(): Promise<void>;
  /** Resolves when the standby shows everything that the primary has committed. */
  caughtUp(): Promise<void>;
  /** Resolves when a statement with this text runs on the standby. */
  runsOnStandby(text: string): Promise<void>;
  killStandby(): Promise<void>;
  /** @param settings of its command line, which count more than those of its files */
  startStandby(...settings: readonly string[]): Promise<void>;
  /** Starts one more standby of the primary. @returns how an administrator connects */
  addStandby(): Promise<string>;
  killPrimary(): Promise<void>;
  startPrimary(): Promise<void>;
  /** Promotes the standby as infra/postgres/promote-region.sh does. The primary stays. */
  promoteStandby(): Promise<void>;
  /** Copies the primary, as another standby that is cut off from now on. */
  copyPrimary(): void;
  /** Writes a megabyte into the log. */
  growLog(): Promise<void>;
  /** Kills the primary and promotes the copy at its address. The standby cannot follow it if it has more of the log. */
  promoteCopy(): Promise<void>;
}

const user = userInfo().uid === 0 ? ['unshare', '--user'] : []; // PostgreSQL refuses to run as root

function run(program: string, ...args: readonly string[]): void {
  const [file = '', ...rest] = [...user, join(postgresPrograms(), program), ...args];
  execFileSync(file, rest, { stdio: 'ignore' });
}

export async function startReplication(): Promise<Replication> {
  await using started = new AsyncDisposableStack();
  const folder = mkdtempSync(join(tmpdir(), 'freight-replication-'));
  started.defer(() => rmSync(folder, { recursive: true, force: true }));
  const [primary, standby] = [
    new Server(folder, 'primary', await freePort()),
    new Server(folder, 'standby', await freePort()),
  ];
  const copy = new Server(folder, 'copy', primary.port);
  const copyTo = ({ files }: Server) =>
    run('pg_basebackup', '-D', files, '-d', primary.url(), '-R', '-X', 'stream', '--no-sync', '-c', 'fast');

  run('initdb', '-D', primary.files, '-U', 'postgres', '-A', 'trust', '--no-sync');
  // A statement of the standby never holds replay back, so that a conflict cancels it at once.
  const settings = ['fsync = off', 'max_standby_streaming_delay = 0', "wal_receiver_status_interval = '1s'"];
  appendFileSync(join(primary.files, 'postgresql.conf'), `${settings.join('\n')}\n`);
  started.defer(() => primary.kill());
  started.defer(() => copy.kill());
  await primary.start();
  await provision(primary.url(), databaseName, subgraphNames, roleSecret);
  copyTo(standby);
  started.defer(() => standby.kill());
  await standby.start();

  const running = started.move();
  return {
    database: {
      name: databaseName,
      urlFor: (subgraph) => roleUrl(primary.url(), databaseName, subgraph, roleSecret),
      drop: () => Promise.resolve(),
    },
    primaryUrl: primary.url(),
    standbyUrl: standby.url(),
    standbyUrlFor: (subgraph) => roleUrl(standby.url(), databaseName, subgraph, roleSecret),
    pauseReplay: async () => void (await standby.query('select pg_wal_replay_pause()')),
    resumeReplay: async () => void (await standby.query('select pg_wal_replay_resume()')),
    async caughtUp() {
      const [now] = await primary.query<{ lsn: string }>('select pg_current_wal_flush_lsn()::text as lsn');
      await standby.until(`pg_last_wal_replay_lsn() >= '${now?.lsn}'`);
    },
    runsOnStandby: (text) =>
      standby.until(
        `exists (select from pg_stat_activity where state = 'active' and pid <> pg_backend_pid() and strpos(query, '${text}') > 0)`,
      ),
    killStandby: () => standby.kill(),
    startStandby: (...settings) => standby.start(settings),
    async addStandby() {
      const port = await freePort();
      const another = new Server(folder, `standby-${port}`, port);
      copyTo(another);
      running.defer(() => another.kill());
      await another.start();
      return another.url();
    },
    killPrimary: () => primary.kill(),
    startPrimary: () => primary.start(),
    async promoteStandby() {
      await standby.query(`alter system set primary_conninfo = ''`);
      await standby.query('select pg_reload_conf()');
      await standby.query('select pg_promote()');
    },
    copyPrimary: () => copyTo(copy),
    growLog: async () =>
      void (await primary.query(`select pg_logical_emit_message(true, 'test', repeat('x', 1000000))`)),
    async promoteCopy() {
      await primary.kill();
      await copy.start();
      await copy.query('select pg_promote()');
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

class Server {
  readonly files: string;
  readonly port: number;
  #process: ChildProcess | undefined;

  constructor(folder: string, name: string, port: number) {
    this.files = join(folder, name);
    this.port = port;
  }

  url(): string {
    return `postgres://postgres@127.0.0.1:${this.port}/postgres`;
  }

  /** Resolves when the server accepts statements. The port of one that was killed may stay in use for a moment, so that it starts again. */
  async start(settings: readonly string[] = []): Promise<void> {
    if (this.#process) return;
    const given = ['listen_addresses=127.0.0.1', ...settings].flatMap((setting) => ['-c', setting]);
    const options = ['-D', this.files, '-p', `${this.port}`, ...given, '-k', ''];
    const [file = '', ...args] = [...user, join(postgresPrograms(), 'postgres'), ...options];
    const accepts = this.until('true').then(() => true);
    for (let isUp = false; !isUp; ) {
      const started = spawn(file, args, { stdio: 'ignore' });
      this.#process = started;
      isUp = await Promise.race([accepts, once(started, 'exit').then(() => false)]);
    }
  }

  async query<R extends pg.QueryResultRow>(text: string): Promise<R[]> {
    return asAdmin(this.url(), undefined, async (client) => (await client.query<R>(text)).rows);
  }

  /** Resolves when a condition holds; a server that does not respond yet is asked again. */
  async until(condition: string): Promise<void> {
    for (;;) {
      const rows = await this.query<{ holds: boolean }>(`select ${condition} as holds`).catch(() => []);
      if (rows[0]?.holds) return;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** The other processes of the server end when its first one has. */
  async kill(): Promise<void> {
    const running = this.#process;
    if (!running) return;
    const exited = once(running, 'exit');
    running.kill('SIGKILL');
    await exited;
    this.#process = undefined;
  }
}
