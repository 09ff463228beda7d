import { GraphError } from '#shared/errors.ts';

/** Characters of answers that may be in the making without anybody having to wait. */
const lengthAtOnce = 800_000;

interface Waiting {
  readonly length: number;
  readonly begin: () => void;
}

/**
 * Decides when an execution begins. While little is in the making, at once; otherwise when something of it is finished, and one more per turn
 * of the event loop. A gateway that waits for slow subgraphs has short turns, so nobody waits for long; one that is short of
 * processor time finishes what it has begun before it begins more. What waits holds only its request; what is in the making holds the
 * answers of subgraphs, and the more of them there are, the more often the garbage collector copies each.
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

  /** Undefined for who may begin at once, and while there is room to wait. */
  refusal(length: number): GraphError | undefined {
    if (this.#waiting.size < this.#maxWaiting || !this.#mustWait(length)) return undefined;
    const allowed = `At most ${this.#maxWaiting} requests may wait to be executed.`;
    return new GraphError('REQUEST_CONCURRENCY_LIMITED', allowed, { http: { status: 503 } });
  }

  /** @param length of the answer, as far as it can be foreseen */
  async run<T>(length: number, execute: () => Promise<T>): Promise<T> {
    if (this.#mustWait(length)) await this.#turnOf(length);
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

  #turnOf(length: number): Promise<void> {
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
