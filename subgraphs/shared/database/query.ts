import { CompiledQuery } from 'kysely';
import { recordStatement } from '../runtime/explain.ts';
import type { EntityManager } from './database-types.ts';
import type { Sql } from './sql.ts';

/**
 * Runs a statement within the transaction of the entity manager, if there is one, and gives its rows as the driver reads
 * them: moments and 64-bit integers as text. Values travel as parameters (see docs/performance.md, P21); the ORM would
 * write them into the statement.
 * @throws DriverException, as statements of the ORM do
 */
export async function query<R extends object>(em: EntityManager, statement: Sql): Promise<R[]> {
  return run<R>(em, statement.text, statement.values);
}

/** As `query`, for a text with placeholders ($1, $2, …). */
export async function executeBound<R extends object>(
  em: EntityManager,
  text: string,
  parameters: readonly unknown[],
): Promise<R[]> {
  return run<R>(em, text, parameters);
}

async function run<R extends object>(em: EntityManager, text: string, parameters: readonly unknown[]): Promise<R[]> {
  const startedAt = performance.now();
  let rows: number | null = null;
  try {
    // A protected member: the ORM has no public way to read the signal of a fork.
    const options = em['getAbortOptions']();
    const result = await em.getKysely().executeQuery<R>(CompiledQuery.raw(text, [...parameters]), options);
    rows = Number(result.numAffectedRows ?? result.rows.length);
    return result.rows;
  } catch (error) {
    throw Error.isError(error) ? em.getDriver().convertException(error) : error;
  } finally {
    recordStatement({ text, ms: performance.now() - startedAt, rows });
  }
}
