import { fromKysely } from 'pg-boss';
import type { EntityManager } from './database.ts';

const chunkSize = 2_500;

/**
 * Writes many rows with few statements: each chunk travels as one JSON parameter. For seeds and imports; columns are those
 * of the first row, by their database names, and the others get their defaults.
 */
export async function bulkInsert(
  em: EntityManager,
  table: string,
  rows: readonly Readonly<Record<string, unknown>>[],
  onConflict = '',
): Promise<void> {
  const [first] = rows;
  if (!first) return;
  const columns = Object.keys(first)
    .map((column) => `"${column}"`)
    .join(', ');
  // A bound parameter: the ORM would write the text into the statement, character by character.
  const connection = fromKysely(em.getKysely());
  for (let start = 0; start < rows.length; start += chunkSize) {
    const chunk = JSON.stringify(rows.slice(start, start + chunkSize));
    await connection.executeSql(
      `insert into "${table}" (${columns}) select ${columns} from json_populate_recordset(null::"${table}", $1::json) ${onConflict}`,
      [chunk],
    );
  }
}
