import type { Backlog } from './backlog.ts';

type Result<T> = IteratorResult<T, undefined>;

const done: Result<never> = { done: true, value: undefined };

/**
 * A bounded queue between a producer that pushes and a consumer that pulls. What happens without room is the policy of its
 * backlog. Not an async generator, as the `return()` of one waits until the next item comes.
 */
export class Channel<T> implements AsyncIterableIterator<T, undefined> {
  readonly #backlog: Backlog<T>;
  readonly #onEnd: () => void;
  readonly #readers: PromiseWithResolvers<Result<T>>[] = [];
  #ended = false;
  /** Not yet read. */
  #failure: { readonly error: unknown } | undefined;
  #ignoreSignal: (() => void) | undefined;

  /** @param onEnd called once, as soon as nothing more can be pushed: the producer is no longer needed */
  constructor(backlog: Backlog<T>, onEnd: () => void = () => {}) {
    this.#backlog = backlog;
    this.#onEnd = onEnd;
  }

  /**
   * False when the backlog refuses the item. After the end, items are ignored.
   * @param size what the item counts for the bounds of the backlog
   */
  push(item: T, size = 0): boolean {
    if (this.#ended) return true;
    const reader = this.#readers.shift();
    if (!reader) return this.#backlog.add({ item, size });
    reader.resolve({ done: false, value: item });
    return true;
  }

  /** Ends the channel. The consumer still reads what waits. */
  end(): void {
    this.#finish(undefined);
  }

  /** Ends the channel with an error, which the consumer gets once, after what waits. */
  fail(error: unknown): void {
    this.#finish({ error });
  }

  /** Ends the channel when the signal aborts, and discards what waits. */
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
    const entry = this.#backlog.take();
    if (entry) return Promise.resolve({ done: false, value: entry.item });
    const reader = Promise.withResolvers<Result<T>>();
    if (this.#ended) this.#tellEnd(reader);
    else this.#readers.push(reader);
    return reader.promise;
  }

  /** The consumer stops: what waits is discarded. */
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
    for (const reader of this.#readers.splice(0)) this.#tellEnd(reader);
  }

  #tellEnd(reader: PromiseWithResolvers<Result<T>>): void {
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure) reader.reject(failure.error);
    else reader.resolve(done);
  }
}
