import type { EntityManager } from '#shared/database/database.ts';
import { query } from '#shared/database/query.ts';
import { join, raw, sql } from '#shared/database/sql.ts';
import { columnOf } from './columns.ts';

const chunkSize = 10_000;

/**
 * Adds rows of sums to the stored rows, column by column, within the database, so that concurrent writers lose nothing.
 * Each column travels as one array: see docs/performance.md, P21.
 * @param keys the primary key's properties with their types
 * @param rows at most one per key
 */
export async function addSums<K extends string, M extends string>(
  em: EntityManager,
  name: string,
  keys: Readonly<Record<K, 'uuid' | 'date'>>,
  measures: readonly M[],
  rows: readonly ({ readonly [key in NoInfer<K>]: string } & { readonly [measure in NoInfer<M>]: number })[],
): Promise<void> {
  if (rows.length === 0) return;
  const keyNames = Object.keys(keys) as K[]; // it has no other keys
  const names = [...keyNames, ...measures];
  const types = [...keyNames.map((key) => keys[key]), ...measures.map(() => 'bigint')];
  const table = raw(name);
  const columns = raw(names.map(columnOf).join(', '));
  const key = raw(keyNames.map(columnOf).join(', '));
  const additions = raw(
    measures
      .map(columnOf)
      .map((column) => `${column} = ${name}.${column} + excluded.${column}`)
      .join(', '),
  );
  for (let start = 0; start < rows.length; start += chunkSize) {
    const chunk = rows.slice(start, start + chunkSize);
    const arrays = names.map(
      (property, index) => sql`${chunk.map((row) => row[property])}::${raw(`${types[index]}[]`)}`,
    );
    await query(
      em,
      sql`insert into ${table} (${columns}) select * from unnest(${join(arrays)})
        on conflict (${key}) do update set ${additions}`,
    );
  }
}
