import type { ClientBase, Pool } from 'pg';
import type { EntityManager } from '#shared/database/database.ts';

/*
 * Statements of the upkeep of the audit trail, on connections of the driver. They are not statements of requests, so they are not counted.
 */

/** Statements on a connection whose time zone is UTC: records are hashed as JSON with times. */
export type Statements = Pick<ClientBase, 'query'>;

/** Runs statements on a connection of the pool, without the layers of the ORM. */
export async function withClient<R>(em: EntityManager, run: (client: Statements) => Promise<R>): Promise<R> {
  // The driver of the ORM has this pool, but its type does not say so.
  const pool = (await em.getConnection().getNativeClient()) as Pool;
  const client = await pool.connect();
  try {
    const result = await run(client);
    client.release();
    return result;
  } catch (error) {
    client.release(true);
    throw error;
  }
}

export async function inTransaction<R>(client: Statements, run: () => Promise<R>): Promise<R> {
  await client.query('begin');
  try {
    const result = await run();
    await client.query('commit');
    return result;
  } catch (error) {
    await client.query('rollback');
    throw error;
  }
}

export async function rowsOf<R extends object>(client: Statements, text: string, values: unknown[] = []): Promise<R[]> {
  return (await client.query<R>(text, values)).rows;
}
