import type { Cancellation } from './cancellation.ts';
import { WaitingLine } from './waiting-line.ts';

/** An execution begins at once while the expected characters of all responses in flight stay below this number. */
const lengthAtOnce = 800_000;

/**
 * Admits executions until the expected characters of the responses in flight exceed `lengthAtOnce`. Beyond that, each completion admits
 * the next, plus one per turn of the event loop so that slow subgraphs cannot starve the queue. See docs/performance.md,
 * P12.
 */
export class Admission {
  /** Executions with the expected lengths of their responses. */
  readonly #waiting: WaitingLine<number>;
  #length = 0;
  #turn: NodeJS.Immediate | undefined;

  constructor(maxWaiting: number) {
    this.#waiting = new WaitingLine(maxWaiting, 'to be executed');
  }

  /**
   * Runs an execution when its turn comes.
   * @param length expected characters of the response
   * @throws RequestRefusal when the queue is full and this execution would have to queue, or when it is cancelled in the queue
   */
  async run<T>(length: number, cancellation: Cancellation, execute: () => Promise<T>): Promise<T> {
    if (this.#mustWait(length)) await this.#queue(length, cancellation);
    else this.#length += length;
    try {
      return await execute();
    } finally {
      this.#length -= length;
      this.#admitFitting();
    }
  }

  #mustWait(length: number): boolean {
    return this.#waiting.size > 0 || !this.#fits(length);
  }

  #fits(length: number): boolean {
    return this.#length === 0 || this.#length + length <= lengthAtOnce;
  }

  #queue(length: number, cancellation: Cancellation): Promise<void> {
    const turn = this.#waiting.join(cancellation, length);
    this.#turn ??= setImmediate(() => this.#nextTurn());
    return turn;
  }

  #nextTurn(): void {
    const length = this.#waiting.first;
    if (length !== undefined) this.#admitFirst(length);
    this.#turn = this.#waiting.size > 0 ? setImmediate(() => this.#nextTurn()) : undefined;
  }

  #admitFitting(): void {
    for (let length = this.#waiting.first; length !== undefined; length = this.#waiting.first) {
      if (!this.#fits(length)) break;
      this.#admitFirst(length);
    }
  }

  #admitFirst(length: number): void {
    this.#length += length;
    this.#waiting.beginFirst();
  }
}
