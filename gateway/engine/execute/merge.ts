import { assignKey, isObject, isOwned, type Owned, own, ownArray } from './own.ts';

/**
 * Adds what a subgraph says about an object. Objects and lists that several answers describe are merged, key by key
 * and item by item; otherwise the later answer wins. `source` is never changed.
 */
export function mergeInto(target: Owned, source: Readonly<Record<string, unknown>>, keys: readonly string[]): void {
  for (const key of keys) {
    if (!Object.hasOwn(source, key)) continue;
    const value = source[key];
    const current = Object.hasOwn(target, key) ? target[key] : undefined;
    if (current === undefined || current === null || typeof value !== 'object') assignKey(target, key, value);
    else assignKey(target, key, merged(current, value));
  }
}

function merged(current: unknown, value: unknown): unknown {
  if (isObject(current) && isObject(value)) {
    const target = isOwned(current) ? current : own(current);
    mergeInto(target, value, Object.keys(value));
    return target;
  }
  if (Array.isArray(current) && Array.isArray(value) && current.length === value.length) {
    const target = isOwned(current) ? current : ownArray(current);
    for (const [index, item] of value.entries()) {
      target[index] = target[index] === undefined || target[index] === null ? item : merged(target[index], item);
    }
    return target;
  }
  return value;
}
