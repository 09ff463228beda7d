import { RequestRefusal } from '../errors/request-refusal.ts';
import type { Rush } from './rush.ts';

/** Documents that may wait for their turn: a client's burst, and some more. Those beyond are refused at once. */
const maxWaiting = 256;
/** Milliseconds of each turn of the event loop in which new documents may be parsed and validated; one is in any case. */
const sliceMs = 10;
/** Milliseconds from one new document to the next while other operations wait to be let in: most of those cost less, or are refused. */
const rushIntervalMs = 100;

/**
 * Spreads the parsing and validation of new documents over turns of the event loop, so that a rush of new texts does not keep requests with
 * known texts, health checks and responses of subgraphs waiting.
 */
export class DocumentQueue {
  readonly #waiting: (() => void)[] = [];
  readonly #entrance: Rush;
  #isBusy = false;
  /** `performance.now()` at which the last document began. */
  #lastBegan = 0;

  /** @param entrance where operations wait before they come here */
  constructor(entrance: Rush) {
    this.#entrance = entrance;
  }

  /** Resolves when it is this document's turn; at once when no other one has had this turn of the event loop. @throws RequestRefusal */
  async turn(): Promise<void> {
    if (!this.#isBusy) {
      this.#isBusy = true;
      setImmediate(() => this.#nextTurn());
      if (!this.#mustHold()) {
        this.#lastBegan = performance.now();
        return;
      }
    }
    if (this.#waiting.length >= maxWaiting) throw tooManyWaiting();
    await new Promise<void>((begin) => this.#waiting.push(begin));
  }

  #mustHold(): boolean {
    return this.#entrance.isOn && performance.now() - this.#lastBegan < rushIntervalMs;
  }

  #nextTurn(): void {
    this.#isBusy = this.#waiting.length > 0;
    if (!this.#isBusy) return;
    if (!this.#mustHold()) this.#beginSlice(this.#entrance.isOn ? 1 : this.#waiting.length);
    setImmediate(() => this.#nextTurn());
  }

  #beginSlice(maxDocuments: number): void {
    let end = Number.POSITIVE_INFINITY;
    // Callbacks of one check phase run one after the other, each with all the work that it sets off.
    for (let count = maxDocuments; count > 0; count--) {
      setImmediate(() => {
        const now = performance.now();
        if (end === Number.POSITIVE_INFINITY) end = now + sliceMs;
        if (now >= end) return;
        this.#lastBegan = now;
        this.#waiting.shift()?.();
      });
    }
  }
}

function tooManyWaiting(): RequestRefusal {
  return new RequestRefusal(
    'REQUEST_CONCURRENCY_LIMITED',
    'The gateway is busy: too many new documents wait to be validated. Try again later.',
  );
}
