import { LRUCache } from 'lru-cache';

/** The caches also count selections, each of which takes half a kilobyte: see docs/performance.md, P5. */
const selectionsPerOperation = 100;

/** Creates a cache of the most recently used operations. */
export function boundedCache<T extends { readonly selections: number }>(maxOperations: number): LRUCache<string, T> {
  const largest = largestShare(maxOperations);
  return new LRUCache({
    max: maxOperations,
    maxSize: maxOperations * selectionsPerOperation,
    sizeCalculation: ({ selections }) => Math.min(Math.max(selections, 1), largest),
  });
}

/** An upper bound for what one operation counts: a quarter of the cache. A larger one would be evicted while it is being planned. */
export function largestShare(maxOperations: number): number {
  return Math.ceil((maxOperations * selectionsPerOperation) / 4);
}
