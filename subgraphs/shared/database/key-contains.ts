import { textKey, wordsOf } from '../input/text-key.ts';
import { allOf, containing, never, raw, type Sql, sql } from './sql.ts';

/**
 * True if a stored `textKey` contains every word of the search, in any order. A trigram index makes it fast.
 * @param expression SQL over the rows. It must have the form of the expression in the index.
 */
export function keyContains(expression: string, search: string): Sql {
  const words = wordsOf(search);
  const parts = words.length > 0 ? words : [textKey(search)].filter((key) => key !== '');
  if (parts.length === 0) return never;
  return allOf([...new Set(parts)].map((part) => sql`${raw(expression)} like ${containing(part)}`));
}

/** The last code point. Its bytes sort behind those of all others. */
const lastCharacter = '\u{10ffff}';

/**
 * True if a stored key begins with this one. A btree index makes it fast, also in a prepared statement.
 * @param expression SQL over the rows, with the collation "C"
 */
export function keyStartsWith(expression: string, key: string): Sql {
  return sql`${raw(expression)} >= ${key} and ${raw(expression)} < ${key + lastCharacter}`;
}
