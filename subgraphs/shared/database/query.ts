import { CompiledQuery } from 'kysely';
import { noteStatement } from '../runtime/tracing/note-statement.ts';
import type { EntityManager } from './database-types.ts';
import type { Statements } from './direct-statements.ts';
import type { Sql } from './sql.ts';

/** Kept beside the entity manager, whose class belongs to the ORM. */
const directStatements = new WeakMap<EntityManager, Statements>();

/** Makes an entity manager run the statements of `query` directly. It must not be one of a transaction. */
export function runDirectly(em: EntityManager, direct: Statements): EntityManager {
  directStatements.set(em, direct);
  return em;
}

/**
 * Runs a statement in the transaction of the entity manager, if there is one. Values are sent as parameters (P21), which
 * statements of the ORM would contain as text.
 * @returns the rows as the driver reads them: moments and 64-bit integers as text
 * @throws DriverException, like statements of the ORM
 */
export async function query<R extends object>(em: EntityManager, statement: Sql): Promise<R[]> {
  return run<R>(em, statement.text, statement.values);
}

/** Like `query`, for a text with placeholders ($1, $2, …). */
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
    const direct = directStatements.get(em);
    if (direct) {
      const result = await direct.run<R>(text, [...parameters]);
      rows = result.rowCount ?? result.rows.length;
      return result.rows;
    }
    // The ORM has the signal of a fork only in this protected member.
    const options = em['getAbortOptions']();
    const result = await em.getKysely().executeQuery<R>(CompiledQuery.raw(text, [...parameters]), options);
    rows = Number(result.numAffectedRows ?? result.rows.length);
    return result.rows;
  } catch (error) {
    throw Error.isError(error) ? em.getDriver().convertException(error) : error;
  } finally {
    noteStatement({ text, ms: performance.now() - startedAt, rows });
  }
}
