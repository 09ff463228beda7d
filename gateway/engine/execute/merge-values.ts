import { assignKey, isObject, isOwned, own, ownArray } from './own.ts';

/**
 * Merges what two answers say about the same value: objects key by key, lists of one length item by item. Otherwise the
 * later answer wins. Neither a subgraph's answer nor what it is made of is ever changed.
 */
export function mergeValues(current: unknown, value: unknown): unknown {
  if (isObject(current) && isObject(value)) {
    const target = isOwned(current) ? current : own(current);
    for (const key of Object.keys(value)) {
      const existing = Object.hasOwn(target, key) ? target[key] : undefined;
      assignKey(target, key, mergeValues(existing, value[key]));
    }
    return target;
  }
  if (Array.isArray(current) && Array.isArray(value) && current.length === value.length) {
    const target = isOwned(current) ? current : ownArray(current);
    for (const [index, item] of value.entries()) target[index] = mergeValues(target[index], item);
    return target;
  }
  return value;
}
