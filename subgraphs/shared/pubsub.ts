/** Fan-out of live data: at most once, to those who listen now. What may not be lost goes through jobs.ts. */
export interface LivePubSub {
  /**
   * Hands a JSON value to every current subscriber of the topic, in this and other processes. Never waits and never fails.
   * @param onLoss hears of a payload that could not be handed on
   */
  publish(topic: string, payload: unknown, onLoss?: () => void): void;
  /**
   * Payloads of these topics from the moment the promise resolves. Ends with `return()` or when the pub/sub closes.
   * A consumer that falls more than `bufferLimit` payloads behind loses the oldest ones.
   * @param onLoss hears of each payload that this consumer loses
   */
  subscribe<T>(topics: readonly string[], onLoss?: () => void): Promise<AsyncIterableIterator<T>>;
  close(): Promise<void>;
}

/** Payloads kept for one slow consumer. */
export const bufferLimit = 256;

/** The queue between a topic and one consumer: bounded, drops the oldest, ends once. */
export class LiveQueue<T> implements AsyncIterableIterator<T> {
  #buffer: T[] = [];
  #waiting: ((result: IteratorResult<T>) => void)[] = [];
  #ended = false;
  readonly #onEnd: () => void;
  readonly #onLoss: (() => void) | undefined;

  constructor(onEnd: () => void, onLoss?: () => void) {
    this.#onEnd = onEnd;
    this.#onLoss = onLoss;
  }

  push(value: T): void {
    if (this.#ended) return;
    const waiting = this.#waiting.shift();
    if (waiting) {
      waiting({ value, done: false });
      return;
    }
    if (this.#buffer.length >= bufferLimit) {
      this.#buffer.shift();
      this.#onLoss?.();
    }
    this.#buffer.push(value);
  }

  next(): Promise<IteratorResult<T>> {
    const [value] = this.#buffer.splice(0, 1);
    if (value !== undefined) return Promise.resolve({ value, done: false });
    if (this.#ended) return Promise.resolve({ value: undefined, done: true });
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
    });
  }

  return(): Promise<IteratorResult<T>> {
    if (!this.#ended) {
      this.#ended = true;
      this.#buffer = [];
      for (const waiting of this.#waiting.splice(0)) waiting({ value: undefined, done: true });
      this.#onEnd();
    }
    return Promise.resolve({ value: undefined, done: true });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
