type Pulled<T> =
  | { readonly kind: 'item'; readonly item: T }
  | { readonly kind: 'end' }
  | { readonly kind: 'broken'; readonly error: unknown };

/**
 * Maps items concurrently, at most `width` at the same time, and yields the results in the order of the items. No item is requested from the
 * source while `width` are being mapped. When the source ends or throws, the results of earlier items are yielded first.
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
        void running.shift(); // this removes `first`
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

/** Resolves when the promise is settled, whether it is fulfilled or rejected. */
function settled(promise: Promise<unknown>): Promise<undefined> {
  return promise.then(
    () => undefined,
    () => undefined,
  );
}
