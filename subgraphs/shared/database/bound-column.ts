import type { TextPlace } from '../identity/sealed-text.ts';
import type { EntityManager } from './database-types.ts';
import { query } from './query.ts';
import { isOutdated, requireCipher, type Sealing, sealBatches, type TextColumn } from './seal-batches.ts';
import { cipherOf } from './sealed-column.ts';
import { arrayOf, raw, sql } from './sql.ts';

/** A column with sealed texts that no entity has. Each text is bound to the key of its row, so that it can't be moved to another. */
export type BoundColumn = TextColumn;

export function placeIn({ table, column }: BoundColumn, rowId: string): TextPlace {
  return { table, column, rowId };
}

export function sealBound(em: EntityManager, bound: BoundColumn, rowId: string, text: string): string {
  return cipherOf(em.getPlatform()).seal(text, placeIn(bound, rowId));
}

/** Opens a stored text. A text of an earlier release, which was not sealed, is returned as it is. */
export function openBound(em: EntityManager, bound: BoundColumn, rowId: string, stored: string): string {
  return cipherOf(em.getPlatform()).open(stored, placeIn(bound, rowId));
}

/** Seals the texts of older keys with the newest one. A text that changes at the same time stays as it was written. @returns their number */
export function resealBound(database: Sealing, bound: BoundColumn): Promise<number> {
  const cipher = requireCipher(database);
  const [table, column, key] = [raw(bound.table), raw(bound.column), raw(bound.key)];
  return sealBatches(database, bound, isOutdated(bound, cipher), async (em, texts) => {
    const resealed = texts.map(({ id, stored }) => {
      const place = placeIn(bound, id);
      return cipher.seal(cipher.open(stored, place), place);
    });
    const ids = arrayOf(
      texts.map(({ id }) => id),
      'uuid',
    );
    const stored = arrayOf(
      texts.map((text) => text.stored),
      'text',
    );
    await query(
      em,
      sql`update ${table} t set ${column} = given.resealed
        from unnest(${ids}, ${stored}, ${arrayOf(resealed, 'text')}) given (id, stored, resealed)
        where t.${key} = given.id and t.${column} = given.stored`,
    );
  });
}
