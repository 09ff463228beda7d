import pg, { type Pool, type PoolClient, type QueryResult, type QueryResultRow } from 'pg';
import { isLostConnection } from '../errors/outage.ts';
import type { Log } from '../runtime/log.ts';
import type { StatementCounter } from './count-statements.ts';

/** What the statements of a database share. */
export interface DirectHost {
  readonly pool: Pool;
  readonly log: Log;
  readonly counter: StatementCounter;
}

/** Statements outside of transactions. */
export interface Statements {
  /** @throws errors of the driver; the reason of the signal after a cancellation */
  run<R extends QueryResultRow>(text: string, values: unknown[]): Promise<QueryResult<R>>;
}

/** Runs statements outside of transactions on connections of the driver, without the layers of the ORM (P30). */
export class DirectStatements implements Statements {
  readonly #host: DirectHost;
  readonly #signal: AbortSignal | undefined;

  /** @param signal cancels the statements when aborted */
  constructor(host: DirectHost, signal?: AbortSignal) {
    this.#host = host;
    this.#signal = signal;
  }

  async run<R extends QueryResultRow>(text: string, values: unknown[]): Promise<QueryResult<R>> {
    const { pool, counter } = this.#host;
    this.#signal?.throwIfAborted();
    const client = await pool.connect();
    let isLost = false;
    try {
      this.#signal?.throwIfAborted();
      return await counter.run(() =>
        this.#signal ? this.#runCancellable<R>(client, text, values, this.#signal) : client.query<R>(text, values),
      );
    } catch (error) {
      // The server says that it ends a connection a moment before it does. Without this, the next statement would get it.
      isLost = isLostConnection(error);
      throw error;
    } finally {
      client.release(isLost);
    }
  }

  /** Ends when the statement and its cancellation have ended, so that the cancellation meets no later statement. */
  async #runCancellable<R extends QueryResultRow>(
    client: PoolClient,
    text: string,
    values: unknown[],
    signal: AbortSignal,
  ): Promise<QueryResult<R>> {
    let cancelling: Promise<void> | undefined;
    let isOver = false;
    const cancel = () => {
      cancelling = cancelStatement(this.#host.pool, client).catch((error: unknown) => {
        // The statement may end before its cancellation arrives. The cancellation then fails without harm.
        if (!isOver) this.#host.log.warn({ err: error }, 'a statement could not be cancelled');
      });
    };
    signal.addEventListener('abort', cancel, { once: true });
    try {
      return await client.query<R>(text, values);
    } catch (error) {
      signal.throwIfAborted();
      throw error;
    } finally {
      isOver = true;
      signal.removeEventListener('abort', cancel);
      await cancelling;
    }
  }
}

/** Cancels the statement of a connection on another one, which is not of the pool, so that a full pool does not delay it. */
async function cancelStatement({ options }: Pool, client: PoolClient): Promise<void> {
  // The options of a pool hide the password, and the types of pg leave out the process id of a connection.
  const control = new pg.Client({ ...options, password: options.password });
  const { processID } = client as PoolClient & { readonly processID: number };
  try {
    await control.connect();
    await control.query('select pg_cancel_backend($1)', [processID]);
  } finally {
    await control.end();
  }
}
