import { setTimeout as pause } from 'node:timers/promises';

/** Resolves to true when the access subgraph has confirmed. Never rejects. */
type Attempt = () => Promise<boolean>;

/** Milliseconds before each further attempt. */
const defaultPausesMs: readonly number[] = [250, 1_000, 2_000, 4_000];

/**
 * Tells the access subgraph how calls have ended. Without a confirmation it is told again in the background: a slow or restarting subgraph must not
 * make a gateway look as if it had stopped.
 */
export class CallEnds {
  readonly #pausesMs: readonly number[];
  readonly #untold = new Set<Promise<void>>();
  readonly #stopping = new AbortController();

  constructor(pausesMs = defaultPausesMs) {
    this.#pausesMs = pausesMs;
  }

  /** Resolves after the first attempt. */
  async tell(attempt: Attempt): Promise<void> {
    if (!(await attempt())) this.#inBackground(this.#insist(attempt));
  }

  /** Resolves at once. */
  tellInBackground(attempt: Attempt): void {
    this.#inBackground(this.tell(attempt));
  }

  /** Makes a last attempt for each call that is not confirmed. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    while (this.#untold.size > 0) await Promise.all(this.#untold);
  }

  async #insist(attempt: Attempt): Promise<void> {
    const { signal } = this.#stopping;
    for (const pauseMs of this.#pausesMs) {
      await pause(pauseMs, undefined, { signal }).catch(() => undefined); // it stops
      const isLast = signal.aborted;
      if ((await attempt()) || isLast) return;
    }
  }

  #inBackground(telling: Promise<void>): void {
    const untold = telling.finally(() => this.#untold.delete(untold));
    this.#untold.add(untold);
  }
}
