import { query } from './query.ts';
import { requireCipher, type Sealing, sealBatches } from './seal-batches.ts';
import type { SealedColumn } from './sealed-column.ts';
import { anyOf, arrayOf, raw, type Sql, sql } from './sql.ts';

/**
 * Renews the blind indexes of a column that older keys have made, in batches. May be interrupted and repeated.
 * @returns the number of indexes that were renewed
 */
export function renewIndexes(database: Sealing, { place, index }: SealedColumn): Promise<number> {
  const cipher = requireCipher(database);
  if (!index || cipher.olderIndexIds.length === 0) return Promise.resolve(0);
  const { column, purpose, where = 'true' } = index;
  const table = raw(`${place.table} t`);
  const isLeft = sql`(${raw(where)}) and ${madeByOlderKey(column, cipher.olderIndexIds)}`;
  return sealBatches(database, { table: `${place.table} t`, column, key: 'id' }, isLeft, async (em, texts) => {
    const [ids, stored, renewed] = [
      texts.map(({ id }) => id),
      texts.map((text) => text.stored),
      texts.map((text) => cipher.renewedIndex(text.stored, purpose)),
    ];
    await query(
      em,
      sql`update ${table} set ${raw(column)} = given.renewed
        from unnest(${arrayOf(ids, 'uuid')}, ${arrayOf(stored, 'text')}, ${arrayOf(renewed, 'text')}) given (id, stored, renewed)
        where t.id = given.id and t.${raw(column)} = given.stored`,
    );
  });
}

/** The condition of indexes that one of these keys has made. */
export function madeByOlderKey(column: string, ids: readonly (string | undefined)[]): Sql {
  const name = raw(column);
  return anyOf(
    ids.map((id) => (id === undefined ? sql`strpos(${name}, '.') = 0` : sql`starts_with(${name}, ${`${id}.`})`)),
  );
}
