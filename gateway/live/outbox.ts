/** Payloads that wait for one client. More than this and the oldest go: memory per client is bounded. */
const capacity = 128;
/** Characters of those, but for a single payload. */
const maxLength = 8 * 1024 * 1024;

/**
 * The queue between a stream that many share and one client. A client that is too slow loses the oldest payloads and is
 * told how many in the next one (`extensions.live.dropped`): nothing is lost silently.
 */
export class Outbox implements AsyncIterableIterator<string> {
  readonly #waiting: string[] = [];
  readonly #onEnd: () => void;
  readonly #onDrop: () => void;
  #reader: PromiseWithResolvers<IteratorResult<string>> | undefined;
  #length = 0;
  #dropped = 0;
  #ended = false;

  /**
   * @param onEnd called once, when nothing more will be pushed or read
   * @param onDrop called for each payload that the client loses
   */
  constructor(onEnd: () => void, onDrop: () => void) {
    this.#onEnd = onEnd;
    this.#onDrop = onDrop;
  }

  /** @param text a whole GraphQL response as JSON text, without extensions */
  push(text: string): void {
    if (this.#ended) return;
    if (this.#reader) {
      this.#reader.resolve({ done: false, value: text });
      this.#reader = undefined;
      return;
    }
    this.#waiting.push(text);
    this.#length += text.length;
    while (this.#waiting.length > capacity || (this.#length > maxLength && this.#waiting.length > 1)) {
      this.#takeOldest();
      this.#dropped++;
      this.#onDrop();
    }
  }

  /** Ends the stream once what waits has been read. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#onEnd();
    this.#reader?.resolve({ done: true, value: undefined });
  }

  next(): Promise<IteratorResult<string>> {
    const text = this.#takeOldest();
    if (text !== undefined) return Promise.resolve({ done: false, value: this.#withLoss(text) });
    if (this.#ended) return Promise.resolve({ done: true, value: undefined });
    this.#reader = Promise.withResolvers();
    return this.#reader.promise;
  }

  /** The client has enough. */
  return(): Promise<IteratorResult<string>> {
    this.#waiting.length = 0;
    this.end();
    return Promise.resolve({ done: true, value: undefined });
  }

  #takeOldest(): string | undefined {
    const text = this.#waiting.shift();
    this.#length -= text?.length ?? 0;
    return text;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #withLoss(text: string): string {
    if (this.#dropped === 0) return text;
    const told = `${text.slice(0, -1)},"extensions":{"live":{"dropped":${this.#dropped}}}}`;
    this.#dropped = 0;
    return told;
  }
}
