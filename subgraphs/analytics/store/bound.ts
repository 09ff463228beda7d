import { fromKysely } from 'pg-boss';
import type { EntityManager } from '#shared/database.ts';

/**
 * Runs a statement with its parameters ($1, $2, …) bound, lists included. The ORM would write them into the statement,
 * character by character, which takes seconds for a whole history.
 */
export async function executeBound<R extends object>(
  em: EntityManager,
  statement: string,
  parameters: readonly unknown[],
): Promise<R[]> {
  const { rows } = await fromKysely(em.getKysely()).executeSql(statement, [...parameters]);
  return rows;
}
