type Pulled<T> =
  | { readonly kind: 'item'; readonly item: T }
  | { readonly kind: 'end' }
  | { readonly kind: 'broken'; readonly error: unknown };

/**
 * Maps items as they come, at most `width` of them at the same time, and gives the results in the order of the items. No further item is
 * taken while so many are under way. Ends as the source ends, or throws what the source throws, after the results of what came before.
 */
export async function* inOrder<T, R>(
  source: AsyncIterable<T>,
  width: number,
  map: (item: T) => Promise<R>,
): AsyncGenerator<R> {
  const items = source[Symbol.asyncIterator]();
  const running: Promise<R>[] = [];
  let pulling: Promise<Pulled<T>> | undefined;
  let end: Exclude<Pulled<T>, { kind: 'item' }> | undefined;
  try {
    for (;;) {
      if (!end && running.length < width) pulling ??= pull(items);
      const [first] = running;
      const pulled = await (first && pulling ? Promise.race([settled(first), pulling]) : pulling);
      if (pulled?.kind === 'item') {
        running.push(map(pulled.item));
      } else if (pulled) {
        end = pulled;
      } else if (first) {
        void running.shift(); // it is `first`
        yield await first;
        continue;
      } else {
        break;
      }
      pulling = undefined;
    }
  } finally {
    for (const rest of running) void settled(rest);
    await items.return?.();
  }
  if (end?.kind === 'broken') throw end.error;
}

async function pull<T>(items: AsyncIterator<T>): Promise<Pulled<T>> {
  try {
    const { done, value } = await items.next();
    return done ? { kind: 'end' } : { kind: 'item', item: value };
  } catch (error) {
    return { kind: 'broken', error };
  }
}

/** Resolves with nothing as soon as the promise is settled, either way. */
function settled(promise: Promise<unknown>): Promise<undefined> {
  return promise.then(
    () => undefined,
    () => undefined,
  );
}
