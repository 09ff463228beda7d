import { GraphError } from '#shared/errors.ts';

/** Executions that begin without waiting: enough to keep one core busy, few enough for what they hold to be collected young. */
const runningAtOnce = 16;
/** Requests that may wait; more of them would wait longer than their clients do. */
const maxWaiting = 10_000;

/**
 * Decides when an execution begins. While few run, at once; otherwise when one of those ends, and one more per turn of the event loop. A
 * gateway that waits for slow subgraphs has short turns, so nobody waits for long; one that is short of processor time
 * finishes what it has begun before it begins more. What waits holds only its request; what runs holds subgraphs' answers, and the
 * more run at a time, the more often the garbage collector copies those.
 */
export class Admission {
  /** In the order of their arrival. */
  readonly #waiting = new Set<() => void>();
  #running = 0;
  #turn: NodeJS.Immediate | undefined;

  /** Undefined while there is room to wait. */
  refusal(): GraphError | undefined {
    if (this.#waiting.size < maxWaiting) return undefined;
    return new GraphError('REQUEST_CONCURRENCY_LIMITED', `At most ${maxWaiting} requests may wait to be executed.`, {
      http: { status: 503 },
    });
  }

  async run<T>(execute: () => Promise<T>): Promise<T> {
    if (this.#running < runningAtOnce && this.#waiting.size === 0) this.#running += 1;
    else await this.#turnOf();
    try {
      return await execute();
    } finally {
      this.#running -= 1;
      if (this.#running < runningAtOnce) this.#admitNext();
    }
  }

  #turnOf(): Promise<void> {
    this.#turn ??= setImmediate(() => this.#nextTurn());
    return new Promise((resolve) => void this.#waiting.add(resolve));
  }

  #nextTurn(): void {
    this.#admitNext();
    this.#turn = this.#waiting.size > 0 ? setImmediate(() => this.#nextTurn()) : undefined;
  }

  #admitNext(): void {
    const [next] = this.#waiting;
    if (!next) return;
    this.#waiting.delete(next);
    this.#running += 1;
    next();
  }
}
