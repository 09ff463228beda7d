import type { EntityManager } from '#shared/database/database.ts';
import { executeBound } from '#shared/database/query.ts';
import { columnOf } from './columns.ts';

const chunkSize = 10_000;

/**
 * Adds rows of sums to those that are there, column by column, within the database: writers at the same time add up.
 * Each column travels as one array: see docs/performance.md, P21.
 * @param keys the primary key's properties with their types
 * @param rows at most one per key
 */
export async function addSums<K extends string, M extends string>(
  em: EntityManager,
  table: string,
  keys: Readonly<Record<K, 'uuid' | 'date'>>,
  measures: readonly M[],
  rows: readonly ({ readonly [key in NoInfer<K>]: string } & { readonly [measure in NoInfer<M>]: number })[],
): Promise<void> {
  if (rows.length === 0) return;
  const keyNames = Object.keys(keys) as K[]; // nothing else is in it
  const names = [...keyNames, ...measures];
  const types = [...keyNames.map((key) => keys[key]), ...measures.map(() => 'bigint')];
  const arrays = types.map((type, index) => `$${index + 1}::${type}[]`).join(', ');
  const additions = measures.map(columnOf).map((column) => `${column} = ${table}.${column} + excluded.${column}`);
  for (let start = 0; start < rows.length; start += chunkSize) {
    const chunk = rows.slice(start, start + chunkSize);
    await executeBound(
      em,
      `insert into ${table} (${names.map(columnOf).join(', ')}) select * from unnest(${arrays})
       on conflict (${keyNames.map(columnOf).join(', ')}) do update set ${additions.join(', ')}`,
      names.map((name) => chunk.map((row) => row[name])),
    );
  }
}
