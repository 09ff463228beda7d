import type pg from 'pg';
import type { Database } from '../database/database.ts';

/**
 * Among the processes of a subgraph, one leads: it holds a lock of the database. The database releases the lock with the connection, so that another
 * process takes over when the leader ends or loses the network.
 */
export class Leadership {
  readonly #database: Pick<Database, 'connect'>;
  readonly #purpose: string;
  #connection: pg.Client | undefined;
  #taking: Promise<boolean> | undefined;

  /** @param purpose name of the lock, together with the schema of the subgraph */
  constructor(database: Pick<Database, 'connect'>, purpose: string) {
    this.#database = database;
    this.#purpose = purpose;
  }

  /** True if this process leads now. If nobody does, it begins to. */
  async isHeld(): Promise<boolean> {
    if (this.#connection) return true;
    this.#taking ??= this.#take().finally(() => {
      this.#taking = undefined;
    });
    return this.#taking;
  }

  async #take(): Promise<boolean> {
    const connection = await this.#database.connect();
    try {
      const { rows } = await connection.query<{ held: boolean }>(
        'select pg_try_advisory_lock(hashtext($1), hashtext(current_schema())) as held',
        [this.#purpose],
      );
      if (!rows[0]?.held) return false;
      connection.once('end', () => {
        if (this.#connection === connection) this.#connection = undefined;
      });
      this.#connection = connection;
      return true;
    } finally {
      if (this.#connection !== connection) await connection.end();
    }
  }

  async release(): Promise<void> {
    const connection = this.#connection;
    this.#connection = undefined;
    await connection?.end();
  }
}
