import sql, { join, raw, Sql } from 'sql-template-tag';
import { isUuid } from '../ids.ts';
import type { TimeRange } from '../input/time-range.ts';

/*
 * Statements are written with the tag `sql`. A value or list in `${}` becomes a parameter. Another `sql` in `${}` becomes part of
 * the text. `raw` is only for text in this code, never for input.
 */
export { join, raw, Sql, sql };

export const always = sql`true`;
export const never = sql`false`;

/** True if all of these conditions are true. Without conditions it is true. */
export function allOf(conditions: readonly Sql[]): Sql {
  return conditions.length === 0 ? always : join(conditions.map(inParentheses), ' and ');
}

/** True if one of these conditions is true. Without conditions it is false. */
export function anyOf(conditions: readonly Sql[]): Sql {
  return conditions.length === 0 ? never : join(conditions.map(inParentheses), ' or ', '(', ')');
}

function inParentheses(condition: Sql): Sql {
  return sql`(${condition})`;
}

/** True if the column has this id. False for a text that is no UUID, which PostgreSQL would refuse. */
export function hasId(column: string, id: string): Sql {
  return isUuid(id) ? sql`${raw(column)} = ${id}` : never;
}

/**
 * These ids as an array, for `any` and `unnest`. Texts that are no UUID, which PostgreSQL would refuse, are left out. The subquery
 * hides the number of ids from the planner. Otherwise it would plan a prepared statement anew for each short list (P23).
 */
export function uuids(ids: readonly string[]): Sql {
  return arrayOf(ids.filter(isUuid), 'uuid');
}

/** Like `uuids`, for values of another type. */
export function arrayOf(values: readonly unknown[], type: 'uuid' | 'text' | 'timestamptz'): Sql {
  return sql`(select ${values}::${raw(type)}[])::${raw(type)}[]`;
}

/**
 * True if the column has one of these values. A single value is compared by `=`, so that an index gives its order, too. No column has a
 * text with NUL, which PostgreSQL would refuse.
 */
export function isOneOf(column: string, values: readonly string[]): Sql {
  const possible = [...new Set(values)].filter((value) => !value.includes('\0'));
  return anyOf(possible.map((value) => sql`${raw(column)} = ${value}`));
}

/** Conditions that a time of this column is in the range. */
export function within(column: string, { from, until }: TimeRange): Sql[] {
  return [...(from ? [sql`${raw(column)} >= ${from}`] : []), ...(until ? [sql`${raw(column)} < ${until}`] : [])];
}

/** A pattern for `like` that finds texts with this part. Wildcards in the part have no effect. */
export function containing(part: string): string {
  return `%${part.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`;
}
