import { isUuid } from '../ids.ts';
import { parseJson } from '../input/parse-json.ts';

/** A sort value in a cursor. */
export type CursorValue = string | number | null;

/** Parses one sort value of a cursor; undefined for a value that is impossible in this order. */
export type CursorPart<T> = (value: CursorValue) => T | undefined;

/** The types of the values that the parts parse. */
export type CursorValues<P extends readonly CursorPart<unknown>[]> = {
  readonly [I in keyof P]: P[I] extends CursorPart<infer T> ? T : never;
};

/** Maximum length of a cursor, above that of any order. */
const maxCursorLength = 4_096;

const utcTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/**
 * Parsers for the parts of cursors. Clients send cursors back, so each parser accepts only values that PostgreSQL can
 * compare with the column.
 */
export const cursorParts = {
  text: (value: CursorValue) => (typeof value === 'string' && !value.includes('\0') ? value : undefined),
  uuid: (value: CursorValue) => (typeof value === 'string' && isUuid(value) ? value : undefined),
  number: (value: CursorValue) => (typeof value === 'number' && Number.isFinite(value) ? value : undefined),
  integer: (value: CursorValue) => (typeof value === 'number' && Number.isSafeInteger(value) ? value : undefined),
  /** A valid ISO 8601 time in UTC with milliseconds, in the years 1 to 9999. */
  time(value: CursorValue): Date | undefined {
    if (typeof value !== 'string' || !utcTime.test(value) || value.startsWith('0000')) return undefined;
    const time = new Date(value);
    return !Number.isNaN(time.getTime()) && time.toISOString() === value ? time : undefined;
  },
};

/** A part with the same value in every cursor of an order. */
export function exactly<T extends string>(expected: T): CursorPart<T> {
  return (value) => (value === expected ? expected : undefined);
}

export function encodeCursor(values: readonly CursorValue[]): string {
  return Buffer.from(JSON.stringify(values)).toString('base64url');
}

/** Parses a cursor; undefined if the text is not a cursor of this order. */
export function decodeCursor<const P extends readonly CursorPart<unknown>[]>(
  cursor: string,
  parts: P,
): CursorValues<P> | undefined {
  const values = cursor.length <= maxCursorLength ? parseJson(Buffer.from(cursor, 'base64url').toString('utf8')) : null;
  if (!Array.isArray(values) || values.length !== parts.length) return undefined;
  const read = parts.map((part, index) => part(values[index]));
  return read.includes(undefined) ? undefined : (read as CursorValues<P>); // each value comes from its part
}
