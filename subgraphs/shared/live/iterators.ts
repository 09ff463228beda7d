import { carryTrace, traceOf } from '../runtime/tracing/carried-trace.ts';

/*
 * Operators on channels. They are not async generators, because the `return()` of a generator waits for the next item. A
 * topic without further items would stay subscribed.
 */

/** Yields one item before those of another iterator. */
export function startWith<T>(first: T, rest: AsyncIterableIterator<T>): AsyncIterableIterator<T> {
  let begun = false;
  return {
    next() {
      if (begun) return rest.next();
      begun = true;
      return Promise.resolve({ value: first, done: false });
    },
    async return() {
      begun = true;
      await rest.return?.();
      return { value: undefined, done: true };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

/**
 * Maps items one after the other and omits those that map to undefined. An error of the source or of `map` ends both.
 * @param onEnd called once, when the source has ended or the consumer has stopped
 */
export function filterMap<T, R>(
  source: AsyncIterable<T>,
  map: (item: T) => R | undefined | Promise<R | undefined>,
  onEnd: () => void = () => {},
): AsyncIterableIterator<R, undefined> {
  const items = source[Symbol.asyncIterator]();
  let ended = false;
  const end = async (): Promise<IteratorResult<R, undefined>> => {
    if (!ended) {
      ended = true;
      onEnd();
      await items.return?.();
    }
    return { value: undefined, done: true };
  };
  return {
    async next() {
      try {
        while (!ended) {
          const item = await items.next();
          if (item.done) break;
          const value = await map(item.value);
          carryTrace(traceOf(item.value), value);
          if (value !== undefined && !ended) return { value, done: false };
        }
      } catch (error) {
        await end();
        throw error;
      }
      return end();
    },
    return: end,
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
