import DataLoader from 'dataloader';

/**
 * A loader for rows by key, with one statement per batch. Missing keys load null.
 * @param fetch reads the rows of up to 500 keys in one statement
 */
export function byKey<K extends string, R>(
  fetch: (keys: readonly K[]) => Promise<readonly R[]>,
  keyOf: (row: R) => K,
): DataLoader<K, R | null> {
  return new DataLoader(
    async (keys) => {
      const rows = new Map((await fetch(keys)).map((row) => [keyOf(row), row]));
      return keys.map((key) => rows.get(key) ?? null);
    },
    { maxBatchSize: 500 },
  );
}

/** A loader for lists of rows by key, with one statement per batch. Keys without rows load []. */
export function listsByKey<K extends string, R>(
  fetch: (keys: readonly K[]) => Promise<readonly R[]>,
  keyOf: (row: R) => K,
): DataLoader<K, readonly R[]> {
  return new DataLoader(
    async (keys) => {
      const lists = Map.groupBy(await fetch(keys), keyOf);
      return keys.map((key) => lists.get(key) ?? []);
    },
    { maxBatchSize: 500 },
  );
}
