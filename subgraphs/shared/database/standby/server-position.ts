import pg from 'pg';
import type { LogPosition } from '../../identity/log-position.ts';
import { followedTimeline } from './followed-timeline.ts';

/** The position of a server in the log, and whether it replays the log of another one. */
export interface ServerPosition {
  /** Differs from server to server, and after a restart. */
  readonly server: string;
  readonly position: LogPosition;
  readonly isStandby: boolean;
}

/** A name in SQL for a server behind an address that several share, such as that of a Service. */
export const serverName = `concat(inet_server_addr(), ' ', pg_postmaster_start_time())`;

/**
 * On the primary, the position is after everything that has committed. What is inserted behind it may reach no standby for a long time. A
 * standby that receives nothing may name an earlier timeline than its own. Then the primary answers.
 */
export const positionStatement = `select ${serverName} as server, is_standby as "isStandby",
  case when is_standby then lpad(to_hex(greatest(${followedTimeline}(), (pg_control_checkpoint()).timeline_id)), 8, '0')
    else lower(left(pg_walfile_name(pg_current_wal_flush_lsn()), 8)) end ||
  lpad(to_hex((case when is_standby then pg_last_wal_replay_lsn() else pg_current_wal_flush_lsn() end - '0/0')::bigint), 16, '0') as position
  from pg_is_in_recovery() is_standby`;

const timeoutMs = 1_000;

/** Asks one server for its position, on a connection of its own, so that a full pool does not delay the answer. */
export class PositionReader {
  readonly #url: string;
  readonly #name: string;
  #client: pg.Client | undefined;

  /** @param name of the connection in the statistics of the server */
  constructor(url: string, name: string) {
    this.#url = url;
    this.#name = name;
  }

  /** @throws errors of the driver if the server does not answer within a second */
  async read(): Promise<ServerPosition> {
    try {
      this.#client ??= await this.#connect();
      const { rows } = await this.#client.query<ServerPosition>(positionStatement);
      return rows[0]!; // the statement returns one row
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  async #connect(): Promise<pg.Client> {
    const client = new pg.Client({
      connectionString: this.#url,
      application_name: this.#name,
      connectionTimeoutMillis: timeoutMs,
      query_timeout: timeoutMs,
    });
    // If the connection is lost while idle, the next statement fails and reports it.
    client.on('error', () => undefined);
    await client.connect();
    return client;
  }

  async close(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    // A server that does not answer would not answer the end of the connection either.
    client?.connection.stream.destroy();
  }
}
