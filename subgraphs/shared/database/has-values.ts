import { isDeepStrictEqual } from 'node:util';

/**
 * True if the record has all these values already: an update with nothing to change raises no version and wakes no watcher.
 * Lists of texts are sets: their order makes no difference.
 */
export function hasValues<R extends object, V extends Partial<R>>(record: R, values: V): boolean {
  const current = new Map<string, unknown>(Object.entries(record));
  return Object.entries(values).every(([name, value]) => isDeepStrictEqual(asSet(current.get(name)), asSet(value)));
}

function asSet(value: unknown): unknown {
  return Array.isArray(value) && value.every((entry) => typeof entry === 'string') ? new Set(value) : value;
}
