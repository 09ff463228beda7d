import { instantText } from './instant-text.ts';

/** The text of a value in the input format of PostgreSQL for a column of this type. Null remains null. */
export function textOf(value: unknown, type: string | undefined): string | null {
  if (value === null || value === undefined) return null;
  if (value instanceof Date) return instantText(value);
  if (type === 'json' || type === 'jsonb') return JSON.stringify(value);
  if (Array.isArray(value)) return `{${value.map((item) => elementText(item)).join(',')}}`;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function elementText(item: unknown): string {
  if (item === null || item === undefined) return 'NULL';
  const text = item instanceof Date ? instantText(item) : String(item);
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

/** Reads the names and types of the columns of a table. */
export const columnTypesQuery =
  'select attname as name, format_type(atttypid, atttypmod) as type from pg_attribute where attrelid = $1::regclass and attnum > 0';
