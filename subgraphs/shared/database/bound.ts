import { CompiledQuery } from 'kysely';
import { recordStatement } from '../runtime/explain.ts';
import type { EntityManager } from './database-types.ts';

/**
 * Runs a statement with its parameters ($1, $2, …) bound, lists included. The ORM would write them into the statement:
 * see docs/performance.md, P21.
 */
export async function executeBound<R extends object>(
  em: EntityManager,
  statement: string,
  parameters: readonly unknown[],
): Promise<R[]> {
  const startedAt = performance.now();
  let rows: number | null = null;
  try {
    const result = await em.getKysely().executeQuery<R>(CompiledQuery.raw(statement, [...parameters]));
    rows = Number(result.numAffectedRows ?? result.rows.length);
    return result.rows;
  } finally {
    recordStatement({ text: statement, ms: performance.now() - startedAt, rows });
  }
}
