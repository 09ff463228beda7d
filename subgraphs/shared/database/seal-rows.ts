import type { EntitySchema } from '@mikro-orm/core';
import { isSealed, sealedForm } from '../identity/sealed-text.ts';
import type { EntityManager } from './database-types.ts';
import { query } from './query.ts';
import { isOutdated, requireCipher, type Sealing, type StoredText, sealBatches } from './seal-batches.ts';
import { blindIndexOf, openFrom, type SealedColumn, sealedColumnsOf, sealFor } from './sealed-column.ts';
import { arrayOf, raw, sql } from './sql.ts';

/** `plain`: texts of earlier releases. `outdated`: also texts that older keys have sealed. */
export type ToSeal = 'plain' | 'outdated';

/** The statement of a migration that lets every start find the rows of earlier releases without reading the table. */
export function indexPlainTexts(table: string, column: string): string {
  return `create index ${table}_plain_${column} on ${table} (id) where ${column} is not null and ${column} !~ '${sealedForm}';`;
}

/**
 * Seals the texts in the sealed columns of these entities, with the newest key. Each batch is a transaction of its own, so an
 * interrupted run continues where it ended. A text that changes at the same time stays as it was written.
 * @returns the number of texts that were sealed
 */
export async function sealRows(database: Sealing, entities: readonly EntitySchema[], toSeal: ToSeal): Promise<number> {
  let total = 0;
  for (const entity of entities)
    for (const type of sealedColumnsOf(entity)) total += await sealColumn(database, type, toSeal);
  return total;
}

/** Like `sealRows`, for one column. */
export function sealColumn(database: Sealing, type: SealedColumn, toSeal: ToSeal): Promise<number> {
  const cipher = requireCipher(database);
  const { place } = type;
  // The text of an index condition must be the same in the statement.
  const isPlain = sql`${raw(place.column)} !~ ${raw(`'${sealedForm}'`)}`;
  const isLeft = toSeal === 'plain' ? isPlain : isOutdated(place, cipher);
  return sealBatches(database, { ...place, key: 'id' }, isLeft, (em, texts) => writeSealed(em, type, texts));
}

async function writeSealed(em: EntityManager, type: SealedColumn, texts: readonly StoredText[]): Promise<void> {
  const { place, index } = type;
  const [table, column] = [raw(place.table), raw(place.column)];
  const sealed = texts.map(({ stored }) =>
    index?.replacesText ? null : sealFor(em, type, openFrom(em, type, stored)),
  );
  const given = sql`unnest(${arrayOf(
    texts.map(({ id }) => id),
    'uuid',
  )}, ${arrayOf(
    texts.map(({ stored }) => stored),
    'text',
  )},
    ${arrayOf(sealed, 'text')}, ${arrayOf(indexesOf(em, type, texts), 'text')}) given (id, stored, sealed, index)`;
  const setIndex = index
    ? sql`, ${raw(index.column)} = case when given.index is null or not (${raw(index.where ?? 'true')}) then t.${raw(index.column)}
        when ${raw(String(index.unique))} and exists (select from ${table} o where o.${raw(index.column)} = given.index and o.id <> t.id)
        then given.index || ' ' || t.id else given.index end`
    : sql``;
  await query(
    em,
    sql`update ${table} t set ${column} = given.sealed ${setIndex}
      from ${given} where t.id = given.id and t.${column} = given.stored`,
  );
}

/** Blind indexes of plain texts. A sealed text has one already. Of equal unique texts, only the first gets the index alone. */
function indexesOf(em: EntityManager, type: SealedColumn, texts: readonly StoredText[]): (string | null)[] {
  const { index } = type;
  const taken = new Set<string>();
  return texts.map(({ id, stored }) => {
    if (!index || isSealed(stored)) return null;
    const made = blindIndexOf(em, type, stored);
    const own = index.unique && taken.has(made) ? `${made} ${id}` : made;
    taken.add(made);
    return own;
  });
}
