import sql, { join, raw, Sql } from 'sql-template-tag';
import { isUuid } from '../ids.ts';

/*
 * Statements are written with the tag `sql`: a value in `${}` becomes a parameter, lists included, and another piece of
 * SQL becomes part of the text. `raw` takes text of our own only.
 */
export { join, raw, Sql, sql };

export const always = sql`true`;
export const never = sql`false`;

/** Holds when all of these conditions hold, also when there are none. */
export function allOf(conditions: readonly Sql[]): Sql {
  return conditions.length === 0 ? always : join(conditions.map(inParentheses), ' and ');
}

/** Holds when one of these conditions holds; never when there are none. */
export function anyOf(conditions: readonly Sql[]): Sql {
  return conditions.length === 0 ? never : join(conditions.map(inParentheses), ' or ', '(', ')');
}

function inParentheses(condition: Sql): Sql {
  return sql`(${condition})`;
}

/** Holds where the column has this id; never for a text that is no UUID, which PostgreSQL would refuse. */
export function hasId(column: string, id: string): Sql {
  return isUuid(id) ? sql`${raw(column)} = ${id}` : never;
}

/** A pattern for `like` that finds texts with this part; its wildcards are taken literally. */
export function containing(part: string): string {
  return `%${part.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`;
}
