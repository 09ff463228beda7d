import type { Backlog } from './backlog.ts';

type Result<T> = IteratorResult<T, undefined>;

const done: Result<never> = { done: true, value: undefined };

/** A reader that waits, and the one that came after it. */
interface Reader<T> extends PromiseWithResolvers<Result<T>> {
  following?: Reader<T>;
}

/**
 * A bounded queue between a producer that pushes and a consumer that pulls. What happens without room is the policy of its
 * backlog. Not an async generator, as the `return()` of one waits until the next item comes.
 */
export class Channel<T> implements AsyncIterableIterator<T, undefined> {
  readonly #backlog: Backlog<T>;
  readonly #onEnd: () => void;
  /** False when nothing waits in the backlog; a reader that keeps up never touches it. */
  #hasBacklog = false;
  /** The first reader that waits, mostly the only one. */
  #reader: Reader<T> | undefined;
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
    const reader = this.#takeReader();
    if (!reader) {
      this.#hasBacklog = true;
      return this.#backlog.add({ item, size });
    }
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
    const entry = this.#hasBacklog ? this.#backlog.take() : undefined;
    if (entry) return Promise.resolve({ done: false, value: entry.item });
    this.#hasBacklog = false;
    const reader = Promise.withResolvers<Result<T>>();
    if (this.#ended) this.#tellEnd(reader);
    else this.#addReader(reader);
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
