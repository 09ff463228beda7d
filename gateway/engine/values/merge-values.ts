import { isExactNumber } from './exact-numbers.ts';
import { assignKey, isObject, isOwned, own, ownArray } from './own.ts';

/** Merges a value from a subgraph's response into the current value. The subgraph's response is never changed. */
export type MergeValues = (current: unknown, value: unknown) => unknown;

/** One merge function for each supergraph: see docs/performance.md, P18. */
const mergers = new WeakMap<ReadonlySet<string>, MergeValues>();

/**
 * Merges two results for the same value: objects key by key, lists of equal length item by item. Otherwise the later result wins, with
 * one exception: a `__typename` that names an interface never replaces the name of an object type. A subgraph with an interface object
 * doesn't know the object type.
 * @param interfaces the interfaces that some subgraph knows as an object
 */
export function valueMerger(interfaces: ReadonlySet<string>): MergeValues {
  const known = mergers.get(interfaces);
  if (known) return known;
  mergers.set(interfaces, merge);
  return merge;

  function merge(current: unknown, value: unknown): unknown {
    if (isObject(current) && isObject(value) && !isExactNumber(current) && !isExactNumber(value)) {
      const target = isOwned(current) ? current : own(current);
      for (const key of Object.keys(value)) {
        const existing = Object.hasOwn(target, key) ? target[key] : undefined;
        if (key === '__typename' && !isBetterType(existing, value[key], interfaces)) continue;
        assignKey(target, key, merge(existing, value[key]));
      }
      return target;
    }
    if (Array.isArray(current) && Array.isArray(value) && current.length === value.length) {
      const target = isOwned(current) ? current : ownArray(current);
      for (const [index, item] of value.entries()) target[index] = merge(target[index], item);
      return target;
    }
    return value;
  }
}

/** Whether a `__typename` may replace the known one. */
export function isBetterType(known: unknown, given: unknown, interfaces: ReadonlySet<string>): boolean {
  return typeof known !== 'string' || !interfaces.has(given as string); // no other value is in the set
}
