import { isExactNumber } from './exact-numbers.ts';
import { assignKey, isObject, isOwned, own, ownArray } from './own.ts';

/** What an answer says about a value, added to what is known of it. Neither the answer nor what it is made of is ever changed. */
export type MergeValues = (current: unknown, value: unknown) => unknown;

/** One for each supergraph: see docs/performance.md, P18. */
const mergers = new WeakMap<ReadonlySet<string>, MergeValues>();

/**
 * Merges what two answers say about the same value: objects key by key, lists of one length item by item. Otherwise the later answer wins,
 * except that the name of an interface never replaces that of an object type: a subgraph with an interface object knows no better.
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

/** Whether one `__typename` may take the place of another. */
export function isBetterType(known: unknown, given: unknown, interfaces: ReadonlySet<string>): boolean {
  return typeof known !== 'string' || !interfaces.has(given as string);
}
