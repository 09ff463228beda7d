import { RequestRefusal } from '../errors/request-refusal.ts';

/** Documents that may wait for their turn: a client's burst, and some more. Those beyond are refused at once. */
const maxWaiting = 256;
/** Milliseconds of each turn of the event loop in which new documents may be parsed and validated; one is in any case. */
const sliceMs = 10;

/**
 * Spreads the parsing and validation of new documents over turns of the event loop, so that a rush of new texts does not keep requests with
 * known texts, health checks and responses of subgraphs waiting.
 */
export class DocumentQueue {
  readonly #waiting: (() => void)[] = [];
  #isBusy = false;

  /** Resolves when it is this document's turn; at once when no other one has had this turn of the event loop. @throws RequestRefusal */
  async turn(): Promise<void> {
    if (!this.#isBusy) {
      this.#isBusy = true;
      setImmediate(() => this.#nextTurn());
      return;
    }
    if (this.#waiting.length >= maxWaiting) throw tooManyWaiting();
    await new Promise<void>((begin) => this.#waiting.push(begin));
  }

  #nextTurn(): void {
    this.#isBusy = this.#waiting.length > 0;
    if (!this.#isBusy) return;
    let end = Number.POSITIVE_INFINITY;
    // Callbacks of one check phase run one after the other, each with all the work that it sets off.
    for (let count = this.#waiting.length; count > 0; count--) {
      setImmediate(() => {
        const now = performance.now();
        if (end === Number.POSITIVE_INFINITY) end = now + sliceMs;
        if (now < end) this.#waiting.shift()?.();
      });
    }
    setImmediate(() => this.#nextTurn());
  }
}

function tooManyWaiting(): RequestRefusal {
  return new RequestRefusal(
    'REQUEST_CONCURRENCY_LIMITED',
    'The gateway is busy: too many new documents wait to be validated. Try again later.',
  );
}
