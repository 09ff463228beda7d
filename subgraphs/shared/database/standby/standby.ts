import pg from 'pg';
import type { LogPosition } from '../../identity/log-position.ts';
import type { Log } from '../../runtime/log.ts';
import type { ReadCounts } from '../../runtime/sql-metrics.ts';
import { prepareStatements } from '../prepare-statements.ts';
import { type PrimaryConnections, refuseWhileSilent } from './refuse-while-silent.ts';
import { type FallbackReason, fallbackReasons, ReplicationWatch } from './replication-watch.ts';
import { PositionReader, serverName } from './server-position.ts';

export interface StandbySettings {
  /** A server that follows the primary, or a proxy in front of several. */
  readonly url: string;
  readonly maxLagMs: number;
}

/** Milliseconds to wait for a connection. The primary answers afterwards. */
const connectMs = 1_000;

/** A new connection led to another standby than the one whose position is known. The primary answers, as when there is no free connection. */
class ConnectionToOther extends Error {
  override name = 'ConnectionToOther';
  readonly code = '53300';
}

/** A standby of the database of one subgraph, its connections, and what is known about its lag. */
export class Standby {
  readonly pool: pg.Pool;
  readonly #primary: PrimaryConnections;
  readonly #watch: ReplicationWatch;
  readonly #readers: readonly PositionReader[];
  readonly #open = new Set<pg.PoolClient>();
  readonly #counts = { standby: 0, primary: 0, fallbacks: new Map<FallbackReason, number>() };

  private constructor(primaryPool: pg.Pool, primaryUrl: string, { url, maxLagMs }: StandbySettings, log: Log) {
    const primary = primaryPool.options;
    this.#primary = refuseWhileSilent(primaryPool);
    const { received, setSilent } = this.#primary;
    // The options of a pool hide the password; that of the standby is in its URL.
    this.pool = new pg.Pool({
      ...primary,
      connectionString: url,
      connectionTimeoutMillis: connectMs,
      verify: (client, done) => void this.#requireSameServer(client).then(() => done(), done),
    });
    this.pool.on('error', () => undefined); // of an idle connection, which the pool removes
    this.pool.on('connect', (client) => {
      this.#open.add(client);
      client.on('error', () => undefined); // the statement fails
      client.once('end', () => this.#open.delete(client));
    });
    prepareStatements(this.pool);
    const name = `${primary.application_name}-lag`;
    const [atPrimary, atStandby] = [new PositionReader(primaryUrl, name), new PositionReader(url, name)];
    this.#readers = [atPrimary, atStandby];
    this.#watch = new ReplicationWatch({
      primary: () => atPrimary.read(),
      standby: () => atStandby.read(),
      maxLagMs,
      received,
      onPrimary(isSilent) {
        setSilent(isSilent);
        if (isSilent) log.error('the primary of the database is silent: changes are refused at once');
        else log.info('the primary of the database answers again');
      },
      onOtherServer: () => this.#dropConnections(),
      onStandby: (isAway) => {
        if (isAway) this.#dropConnections();
        if (isAway) log.error('the standby of the database does not respond: the primary answers reads');
        else log.info('the standby of the database answers reads');
      },
    });
  }

  /** @param primary the connections to the primary */
  static async open(primary: pg.Pool, primaryUrl: string, settings: StandbySettings, log: Log): Promise<Standby> {
    const standby = new Standby(primary, primaryUrl, settings, log);
    await standby.#watch.start();
    return standby;
  }

  /** Decides which server answers the reads of one request. */
  mayAnswer(readAfter: LogPosition): boolean {
    const reason = this.#watch.fallback(readAfter);
    if (reason === undefined) this.#counts.standby += 1;
    else this.fellBack(reason);
    return reason === undefined;
  }

  /** Counts a request whose reads go to the primary. */
  fellBack(reason: FallbackReason): void {
    this.#counts.primary += 1;
    this.#counts.fallbacks.set(reason, (this.#counts.fallbacks.get(reason) ?? 0) + 1);
  }

  /** Called when a connection was lost: later requests go to the primary, if it answers, until the standby answers again. */
  lose(): void {
    this.#watch.lose();
  }

  get isUp(): boolean {
    return this.#watch.isUp;
  }

  /** True while the standby answers and the primary does not. */
  get isAlone(): boolean {
    return this.#watch.isAlone;
  }

  /** @throws errors of a lost connection while the primary is silent */
  requirePrimary(): void {
    this.#primary.requireAnswers();
  }

  counts(): ReadCounts {
    const { standby, primary, fallbacks } = this.#counts;
    const byReason = Object.fromEntries(fallbackReasons.map((reason) => [reason, fallbacks.get(reason) ?? 0]));
    return { standby, primary, fallbacks: byReason, lagSeconds: this.#watch.lagMs / 1_000 };
  }

  /** Several standbys may share an address. Only the one whose position is known answers. */
  async #requireSameServer(client: pg.PoolClient): Promise<void> {
    const { rows } = await client.query<{ server: string }>(`select ${serverName} as server`);
    if (rows[0]?.server !== this.#watch.server) throw new ConnectionToOther();
  }

  /** Statements on a server that froze or was cut off fail at once, instead of when the kernel gives up. */
  #dropConnections(): void {
    for (const { connection } of this.#open) connection.stream.destroy();
  }

  async close(): Promise<void> {
    await this.#watch.stop();
    await Promise.all(this.#readers.map((reader) => reader.close()));
    await this.pool.end();
  }
}
