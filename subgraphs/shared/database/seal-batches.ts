import type { FieldCipher } from '../identity/field-cipher.ts';
import type { Database } from './database.ts';
import type { EntityManager } from './database-types.ts';
import { query } from './query.ts';
import { raw, type Sql, sql } from './sql.ts';

/** A text column of a table with a UUID as its key. */
export interface TextColumn {
  readonly table: string;
  readonly column: string;
  /** The column of the key. */
  readonly key: string;
}

export interface StoredText {
  readonly id: string;
  readonly stored: string;
}

export type Sealing = Pick<Database, 'fork' | 'cipher'>;

const rowsPerBatch = 500;
const firstId = '00000000-0000-0000-0000-000000000000';

/** @throws Error if the database was opened without secrets */
export function requireCipher({ cipher }: Pick<Sealing, 'cipher'>): FieldCipher {
  if (cipher) return cipher;
  throw new Error('a database with sealed columns must be opened with FIELD_KEYS and BLIND_INDEX_KEY');
}

/** The condition of texts that the newest key has not sealed. */
export function isOutdated({ column }: Pick<TextColumn, 'column'>, cipher: FieldCipher): Sql {
  return sql`not starts_with(${raw(column)}, ${cipher.newestPrefix})`;
}

/** Passes the texts of a column that meet a condition to `write`, in batches by their key. @returns the number of texts */
export async function sealBatches(
  database: Sealing,
  { table, column, key }: TextColumn,
  isLeft: Sql,
  write: (em: EntityManager, texts: readonly StoredText[]) => Promise<void>,
): Promise<number> {
  let total = 0;
  for (let last = firstId; ; ) {
    const em = database.fork();
    const texts = await query<StoredText>(
      em,
      sql`select ${raw(key)} as id, ${raw(column)} as stored from ${raw(table)}
        where ${raw(key)} > ${last} and ${raw(column)} is not null and ${isLeft} order by ${raw(key)} limit ${rowsPerBatch}`,
    );
    const end = texts.at(-1);
    if (!end) return total;
    await write(em, texts);
    total += texts.length;
    last = end.id;
  }
}
