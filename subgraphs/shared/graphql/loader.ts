import DataLoader from 'dataloader';
import { isUuid } from '../ids.ts';
import type { BaseContext } from './context.ts';

const keysPerBatch = 500;

/**
 * A loader for rows by key, with one statement per batch. Missing keys load null.
 * @param fetch reads the rows of up to 500 keys in one statement
 */
export function byKey<R>(
  fetch: (keys: readonly string[]) => Promise<readonly R[]>,
  keyOf: (row: R) => string,
): DataLoader<string, R | null> {
  return new DataLoader(
    async (keys) => {
      const rows = new Map((await fetch(keys)).map((row) => [keyOf(row), row]));
      return keys.map((key) => rows.get(key) ?? null);
    },
    { maxBatchSize: keysPerBatch },
  );
}

/** The id of a record. */
export const idOf = ({ id }: { readonly id: string }): string => id;

/** A loader for rows by id, in upper or lower case. A text that is no UUID loads null. */
export function byId<R>(
  fetch: (ids: readonly string[]) => Promise<readonly R[]>,
  idOf: (row: R) => string,
): DataLoader<string, R | null> {
  return perId(async (ids) => {
    const rows = new Map((await fetch(ids)).map((row) => [idOf(row), row]));
    return (id) => rows.get(id) ?? null;
  });
}

/** A loader for lists of rows by id, in upper or lower case. Ids without rows load []. */
export function listsById<R>(
  fetch: (ids: readonly string[]) => Promise<readonly R[]>,
  idOf: (row: R) => string,
): DataLoader<string, readonly R[]> {
  return perId(async (ids) => {
    const lists = Map.groupBy(await fetch(ids), idOf);
    return (id) => lists.get(id) ?? [];
  });
}

function perId<V>(read: (ids: readonly string[]) => Promise<(id: string) => V>): DataLoader<string, V> {
  return new DataLoader(
    async (given) => {
      const ids = given.map(inLowerCase);
      return ids.map(await read(ids.filter(isUuid)));
    },
    { maxBatchSize: keysPerBatch, cacheKeyFn: inLowerCase },
  );
}

/** The form in which ids are stored. A text that is no id belongs to no record in any case. */
function inLowerCase(id: string): string {
  return id.toLowerCase();
}

/** One loader per distinct arguments, for fields with arguments. */
export function perArguments<A extends readonly unknown[], L>(create: (...args: A) => L): (...args: A) => L {
  const made = new Map<string, L>();
  return (...args) => {
    const key = JSON.stringify(args);
    const loader = made.get(key) ?? create(...args);
    made.set(key, loader);
    return loader;
  };
}

/** Adds loaders to the context of a request. They keep what they read, so each change replaces them. */
export function withLoaders<C extends BaseContext, L extends object>(
  base: C,
  create: (base: C) => L,
): C & { readonly loaders: L } {
  const loaders = create(base);
  base.onForget(() => Object.assign(loaders, create(base)));
  return { ...base, loaders };
}
