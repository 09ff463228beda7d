/** What may wait in a queue. */
export interface Capacity {
  readonly events: number;
  /** A single event may be larger. */
  readonly bytes: number;
}

/**
 * A bounded queue between a socket that pushes and a consumer that pulls. It never drops silently: `push` says when there is no room, and
 * whoever pushes decides. Not an async generator, as the `return()` of one waits until the next event comes.
 */
export class EventStream<T> implements AsyncIterableIterator<T> {
  readonly #capacity: Capacity;
  readonly #dispose: () => void;
  readonly #events: { readonly event: T; readonly bytes: number }[] = [];
  readonly #readers: PromiseWithResolvers<IteratorResult<T>>[] = [];
  #bytes = 0;
  #end: { readonly error: Error | undefined } | undefined;

  /** @param dispose called once, as soon as nothing more will be pushed or read. */
  constructor(capacity: Capacity, dispose: () => void) {
    this.#capacity = capacity;
    this.#dispose = dispose;
  }

  /** False when there is no room. After the end, events go nowhere. */
  push(event: T, bytes = 0): boolean {
    if (this.#end) return true;
    const reader = this.#readers.shift();
    if (reader) {
      reader.resolve({ done: false, value: event });
      return true;
    }
    if (!this.#hasRoom(bytes)) return false;
    this.#events.push({ event, bytes });
    this.#bytes += bytes;
    return true;
  }

  #hasRoom(bytes: number): boolean {
    if (this.#events.length === 0) return true;
    return this.#events.length < this.#capacity.events && this.#bytes + bytes <= this.#capacity.bytes;
  }

  /** Ends the stream once what is waiting has been read; with an error, the reader gets that error then. */
  end(error?: Error): void {
    if (this.#end) return;
    this.#end = { error };
    this.#dispose();
    for (const reader of this.#readers.splice(0)) this.#settleEnded(reader);
  }

  next(): Promise<IteratorResult<T>> {
    const reader = Promise.withResolvers<IteratorResult<T>>();
    const next = this.#events.shift();
    if (next) {
      this.#bytes -= next.bytes;
      reader.resolve({ done: false, value: next.event });
    } else if (this.#end) this.#settleEnded(reader);
    else this.#readers.push(reader);
    return reader.promise;
  }

  /** The consumer has enough: what waits is thrown away. */
  return(): Promise<IteratorResult<T>> {
    this.#events.length = 0;
    this.end();
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** An error is told once; after it the stream is over. */
  #settleEnded(reader: PromiseWithResolvers<IteratorResult<T>>): void {
    const error = this.#end?.error;
    this.#end = { error: undefined };
    if (error) reader.reject(error);
    else reader.resolve({ done: true, value: undefined });
  }
}
