import type { EntityManager } from './database-types.ts';
import { query } from './query.ts';
import { blindIndexesOf, type SealedColumn } from './sealed-column.ts';
import { arrayOf, raw, type Sql, sql } from './sql.ts';

/** The condition of the rows `t` that have a value, under any of the keys. */
export function hasIndex(em: EntityManager, column: SealedColumn, value: string): Sql {
  const indexes = blindIndexesOf(em, column, value);
  const name = raw(`t.${column.index?.column}`);
  return indexes.length === 1 ? sql`${name} = ${indexes[0]}` : sql`${name} = any(${arrayOf(indexes, 'text')})`;
}

/**
 * Claims a value of a unique blind index until the end of the transaction. With several keys the unique index of the table alone does not
 * see that two rows have the same value, so claims of a value wait for each other.
 * @param ownId the row that gets the value, if it exists
 * @returns false if another row has the value under any of the keys
 */
export async function claimIndex(
  em: EntityManager,
  column: SealedColumn,
  value: string,
  ownId: string | null = null,
): Promise<boolean> {
  const indexes = blindIndexesOf(em, column, value);
  if (!column.index || indexes.length === 1) return true;
  const lock = [...indexes].sort()[0];
  await query(em, sql`select pg_advisory_xact_lock(hashtextextended(${lock}, 2))`);
  const taken = await query(
    em,
    sql`select from ${raw(column.place.table)} where ${raw(column.index.column)} = any(${arrayOf(indexes, 'text')})
      and id is distinct from ${ownId}::uuid`,
  );
  return taken.length === 0;
}
