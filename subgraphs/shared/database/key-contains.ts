import { textKey, wordsOf } from '../input/text-key.ts';
import { allOf, containing, never, raw, type Sql, sql } from './sql.ts';

/**
 * Holds where a stored `textKey` contains every word of the search, in any order. A trigram index over the expression
 * serves it.
 * @param expression SQL over the rows, written as the index that serves it
 */
export function keyContains(expression: string, search: string): Sql {
  const words = wordsOf(search);
  const parts = words.length > 0 ? words : [textKey(search)].filter((key) => key !== '');
  if (parts.length === 0) return never;
  return allOf([...new Set(parts)].map((part) => sql`${raw(expression)} like ${containing(part)}`));
}
