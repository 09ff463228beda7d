import type { Backlog } from './backlog.ts';

type Result<T> = IteratorResult<T, undefined>;

const done: Result<never> = { done: true, value: undefined };

/** A waiting reader, linked to the next one. */
interface Reader<T> extends PromiseWithResolvers<Result<T>> {
  following?: Reader<T>;
}

/**
 * A bounded queue between a producer that pushes and a consumer that pulls. Its backlog has the policy for items that exceed
 * the bounds. It is not an async generator, because the `return()` of a generator waits for the next item.
 */
export class Channel<T> implements AsyncIterableIterator<T, undefined> {
  readonly #backlog: Backlog<T>;
  readonly #onEnd: () => void;
  /** False while the backlog is empty. It stays empty for a reader that keeps up. */
  #hasBacklog = false;
  /** The first waiting reader, usually the only one. */
  #reader: Reader<T> | undefined;
  #ended = false;
  /** The error of `fail`, until the consumer has read it. */
  #failure: { readonly error: unknown } | undefined;
  #ignoreSignal: (() => void) | undefined;

  /** @param onEnd called once, when the channel ends and the producer can stop */
  constructor(backlog: Backlog<T>, onEnd: () => void = () => {}) {
    this.#backlog = backlog;
    this.#onEnd = onEnd;
  }

  /**
   * Adds an item. After the end, items are ignored.
   * @param size counts against the bounds of the backlog
   * @returns false if the backlog refuses the item
   */
  push(item: T, size = 0): boolean {
    if (this.#ended) return true;
    const reader = this.#takeReader();
    if (!reader) {
      this.#hasBacklog = true;
      return this.#backlog.add({ item, size });
    }
    reader.resolve({ done: false, value: item });
    return true;
  }

  /** Ends the channel. The consumer still reads the backlog. */
  end(): void {
    this.#finish(undefined);
  }

  /** Ends the channel with an error, which the consumer gets once, after the backlog. */
  fail(error: unknown): void {
    this.#finish({ error });
  }

  /** Ends the channel and discards the backlog when the signal aborts. */
  endOnAbort(signal: AbortSignal): this {
    if (this.#ended) return this;
    const abort = (): void => void this.return();
    if (signal.aborted) abort();
    else {
      signal.addEventListener('abort', abort, { once: true });
      this.#ignoreSignal = () => signal.removeEventListener('abort', abort);
    }
    return this;
  }

  next(): Promise<Result<T>> {
    const entry = this.#hasBacklog ? this.#backlog.take() : undefined;
    if (entry) return Promise.resolve({ done: false, value: entry.item });
    this.#hasBacklog = false;
    const reader = Promise.withResolvers<Result<T>>();
    if (this.#ended) this.#tellEnd(reader);
    else this.#addReader(reader);
    return reader.promise;
  }

  /** Ends the channel for the consumer and discards the backlog. */
  return(): Promise<Result<T>> {
    this.#backlog.clear();
    this.#failure = undefined;
    this.#finish(undefined);
    return Promise.resolve(done);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #finish(failure: { readonly error: unknown } | undefined): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#failure = failure;
    this.#ignoreSignal?.();
    this.#onEnd();
    for (let reader = this.#takeReader(); reader; reader = this.#takeReader()) this.#tellEnd(reader);
  }

  #takeReader(): Reader<T> | undefined {
    const reader = this.#reader;
    this.#reader = reader?.following;
    return reader;
  }

  #addReader(reader: Reader<T>): void {
    let last = this.#reader;
    if (!last) {
      this.#reader = reader;
      return;
    }
    while (last.following) last = last.following;
    last.following = reader;
  }

  #tellEnd(reader: PromiseWithResolvers<Result<T>>): void {
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure) reader.reject(failure.error);
    else reader.resolve(done);
  }
}
