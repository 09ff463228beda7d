import { isUuid } from '../ids.ts';

/** What a cursor holds: the sort values of its row. */
export type CursorValue = string | number | null;

/** Reads one sort value of a cursor; undefined for a value that this order cannot have made. */
export type CursorPart<T> = (value: CursorValue) => T | undefined;

/** The values that parts read, in their order. */
export type CursorValues<P extends readonly CursorPart<unknown>[]> = {
  readonly [I in keyof P]: P[I] extends CursorPart<infer T> ? T : never;
};

/** Characters of a cursor: more than any order makes. */
const longestCursor = 4_096;

const utcTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/**
 * The parts of which cursors are made. A cursor comes back from clients, so each part accepts only what PostgreSQL can
 * compare with its column.
 */
export const cursorParts = {
  text: (value: CursorValue) => (typeof value === 'string' && !value.includes('\0') ? value : undefined),
  uuid: (value: CursorValue) => (typeof value === 'string' && isUuid(value) ? value : undefined),
  number: (value: CursorValue) => (typeof value === 'number' && Number.isFinite(value) ? value : undefined),
  integer: (value: CursorValue) => (typeof value === 'number' && Number.isSafeInteger(value) ? value : undefined),
  /** ISO 8601 in UTC with milliseconds, a day of the calendar in the years 1 to 9999. */
  time(value: CursorValue): Date | undefined {
    if (typeof value !== 'string' || !utcTime.test(value) || value.startsWith('0000')) return undefined;
    const time = new Date(value);
    return !Number.isNaN(time.getTime()) && time.toISOString() === value ? time : undefined;
  },
};

/** A part that is the same in every cursor of an order. */
export function exactly<T extends string>(expected: T): CursorPart<T> {
  return (value) => (value === expected ? expected : undefined);
}

export function encodeCursor(values: readonly CursorValue[]): string {
  return Buffer.from(JSON.stringify(values)).toString('base64url');
}

/** The values of a cursor; undefined for a text that is no cursor of this order. */
export function decodeCursor<const P extends readonly CursorPart<unknown>[]>(
  cursor: string,
  parts: P,
): CursorValues<P> | undefined {
  const values = cursor.length <= longestCursor ? parseJson(Buffer.from(cursor, 'base64url').toString('utf8')) : null;
  if (!Array.isArray(values) || values.length !== parts.length) return undefined;
  const read = parts.map((part, index) => part(values[index]));
  return read.includes(undefined) ? undefined : (read as CursorValues<P>); // each value was read by its part
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
