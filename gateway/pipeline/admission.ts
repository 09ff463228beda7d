import { RequestRefusal } from '../errors/request-refusal.ts';

/** An execution begins at once while the expected characters of all responses in flight stay below this number. */
const lengthAtOnce = 800_000;

interface Waiting {
  readonly length: number;
  readonly begin: () => void;
}

/**
 * Admits executions until the expected characters of the responses in flight exceed `lengthAtOnce`. Beyond that, each completion admits
 * the next, plus one per turn of the event loop so that slow subgraphs cannot starve the queue. See docs/performance.md,
 * P12.
 */
export class Admission {
  readonly #maxWaiting: number;
  /** In the order of their arrival. */
  readonly #waiting = new Set<Waiting>();
  #length = 0;
  #turn: NodeJS.Immediate | undefined;

  constructor(maxWaiting: number) {
    this.#maxWaiting = maxWaiting;
  }

  /**
   * Runs an execution when its turn comes.
   * @param length expected characters of the response
   * @throws RequestRefusal when the queue is full and this execution would have to queue
   */
  async run<T>(length: number, execute: () => Promise<T>): Promise<T> {
    if (this.#mustWait(length)) await this.#queue(length);
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

  #queue(length: number): Promise<void> {
    if (this.#waiting.size >= this.#maxWaiting) throw tooManyWaiting(this.#maxWaiting);
    this.#turn ??= setImmediate(() => this.#nextTurn());
    return new Promise((begin) => void this.#waiting.add({ length, begin }));
  }

  #nextTurn(): void {
    const [next] = this.#waiting;
    if (next) this.#admit(next);
    this.#turn = this.#waiting.size > 0 ? setImmediate(() => this.#nextTurn()) : undefined;
  }

  #admitFitting(): void {
    for (const next of this.#waiting) {
      if (!this.#fits(next.length)) break;
      this.#admit(next);
    }
  }

  #admit(next: Waiting): void {
    this.#waiting.delete(next);
    this.#length += next.length;
    next.begin();
  }
}

function tooManyWaiting(maxWaiting: number): RequestRefusal {
  const message = `The gateway is busy: ${maxWaiting} requests already wait to be executed. Try again later.`;
  return new RequestRefusal('REQUEST_CONCURRENCY_LIMITED', message);
}
