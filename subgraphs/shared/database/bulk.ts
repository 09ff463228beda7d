import type { EntityManager } from './database.ts';
import { executeBound } from './query.ts';
import { columnTypesQuery, textOf } from './row-text.ts';

const chunkSize = 5_000;

/**
 * Inserts many rows with few statements. Each column of a chunk is one array parameter (P21). The first row has the columns,
 * by their database names. Columns that it lacks get their defaults.
 */
export async function bulkInsert(
  em: EntityManager,
  table: string,
  rows: readonly Readonly<Record<string, unknown>>[],
  onConflict = '',
): Promise<void> {
  const [first] = rows;
  if (!first) return;
  const names = Object.keys(first);
  const types = await columnTypes(em, table);
  const columns = names.map((name) => `"${name}"`).join(', ');
  const values = names.map((name, index) => `c${index}::${types.get(name) ?? 'text'}`).join(', ');
  const arrays = names.map((_name, index) => `$${index + 1}::text[]`).join(', ');
  const aliases = names.map((_name, index) => `c${index}`).join(', ');
  const statement = `insert into "${table}" (${columns}) select ${values} from unnest(${arrays}) as t (${aliases}) ${onConflict}`;
  for (let start = 0; start < rows.length; start += chunkSize) {
    const chunk = rows.slice(start, start + chunkSize);
    await executeBound(
      em,
      statement,
      names.map((name) => chunk.map((row) => textOf(row[name], types.get(name)))),
    );
  }
}

async function columnTypes(em: EntityManager, table: string): Promise<Map<string, string>> {
  const rows = await executeBound<{ readonly name: string; readonly type: string }>(em, columnTypesQuery, [
    `"${table}"`,
  ]);
  return new Map(rows.map(({ name, type }) => [name, type]));
}
