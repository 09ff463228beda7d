import type { EntitySchema } from '@mikro-orm/core';
import { isSealed, sealedForm } from '../identity/sealed-text.ts';
import type { Database } from './database.ts';
import type { EntityManager } from './database-types.ts';
import { query } from './query.ts';
import { blindIndexOf, openFrom, type SealedColumn, sealedColumnsOf, sealFor } from './sealed-column.ts';
import { arrayOf, raw, sql } from './sql.ts';

/** `plain`: texts of earlier releases. `outdated`: also texts that older keys have sealed. */
export type ToSeal = 'plain' | 'outdated';

interface StoredText {
  readonly id: string;
  readonly stored: string;
}

const rowsPerBatch = 500;
const firstId = '00000000-0000-0000-0000-000000000000';

/** The statement of a migration that lets every start find the rows of earlier releases without reading the table. */
export function indexPlainTexts(table: string, column: string): string {
  return `create index ${table}_plain_${column} on ${table} (id) where ${column} is not null and ${column} !~ '${sealedForm}';`;
}

/**
 * Seals the texts in the sealed columns of these entities, with the newest key. Each batch is a transaction of its own, so an
 * interrupted run continues where it ended. A text that changes at the same time stays as it was written.
 * @returns the number of texts that were sealed
 */
export async function sealRows(
  database: Pick<Database, 'fork' | 'cipher'>,
  entities: readonly EntitySchema[],
  toSeal: ToSeal,
): Promise<number> {
  let total = 0;
  for (const entity of entities)
    for (const type of sealedColumnsOf(entity)) total += await sealColumn(database, type, toSeal);
  return total;
}

async function sealColumn(
  database: Pick<Database, 'fork' | 'cipher'>,
  type: SealedColumn,
  toSeal: ToSeal,
): Promise<number> {
  const { cipher } = database;
  if (!cipher) throw new Error('a database with sealed columns must be opened with FIELD_KEYS and BLIND_INDEX_KEY');
  const [table, column] = [raw(type.place.table), raw(type.place.column)];
  // The text of an index condition must be the same in the statement.
  const isLeft =
    toSeal === 'plain'
      ? sql`${column} !~ ${raw(`'${sealedForm}'`)}`
      : sql`not starts_with(${column}, ${cipher.newestPrefix})`;
  let total = 0;
  for (let last = firstId; ; ) {
    const em = database.fork();
    const texts = await query<StoredText>(
      em,
      sql`select id, ${column} as stored from ${table}
        where id > ${last} and ${column} is not null and ${isLeft} order by id limit ${rowsPerBatch}`,
    );
    const end = texts.at(-1);
    if (!end) return total;
    await writeSealed(em, type, texts);
    total += texts.length;
    last = end.id;
  }
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
