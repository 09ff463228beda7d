import { RequestRefusal } from '../errors/request-refusal.ts';

/** Documents that may wait for their turn, and the milliseconds that each may wait: its client would not wait much longer. */
const maxWaiting = 256;
const maxWaitMs = 2_000;

interface Waiting {
  readonly since: number;
  readonly begin: () => void;
  readonly refuse: (refusal: RequestRefusal) => void;
}

/**
 * Lets one document per turn of the event loop be parsed and validated, so that a rush of new texts does not keep requests with known
 * texts, health checks and responses of subgraphs waiting. Documents that wait too long are refused.
 */
export class DocumentQueue {
  readonly #now: () => number;
  readonly #waiting: Waiting[] = [];
  #isBusy = false;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Resolves when it is this document's turn; at once when no other one has had this turn of the event loop. @throws RequestRefusal */
  async turn(): Promise<void> {
    if (!this.#isBusy) {
      this.#isBusy = true;
      setImmediate(() => this.#next());
      return;
    }
    if (this.#waiting.length >= maxWaiting) throw tooManyWaiting();
    await new Promise<void>((begin, refuse) => this.#waiting.push({ since: this.#now(), begin, refuse }));
  }

  #next(): void {
    const next = this.#dropLate();
    this.#isBusy = next !== undefined;
    if (!next) return;
    next.begin();
    setImmediate(() => this.#next());
  }

  /** Refuses those who have waited too long. @returns the first who has not */
  #dropLate(): Waiting | undefined {
    const earliest = this.#now() - maxWaitMs;
    let next = this.#waiting.shift();
    while (next && next.since < earliest) {
      next.refuse(tooManyWaiting());
      next = this.#waiting.shift();
    }
    return next;
  }
}

function tooManyWaiting(): RequestRefusal {
  return new RequestRefusal(
    'REQUEST_CONCURRENCY_LIMITED',
    'The gateway is busy: too many new documents wait to be validated. Try again later.',
  );
}
