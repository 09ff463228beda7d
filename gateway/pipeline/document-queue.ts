import { RequestRefusal } from '../errors/request-refusal.ts';

/** Documents that may wait. At some milliseconds each, a longer queue would outlast the patience of its clients. */
const maxWaiting = 256;

/**
 * Lets one document per turn of the event loop be parsed and validated, so that a rush of new texts does not keep requests with known
 * texts, health checks and responses of subgraphs waiting.
 */
export class DocumentQueue {
  readonly #waiting: (() => void)[] = [];
  #isBusy = false;

  /** Resolves when it is this document's turn; at once when no other one has had this turn of the event loop. @throws RequestRefusal */
  async turn(): Promise<void> {
    if (!this.#isBusy) {
      this.#isBusy = true;
      setImmediate(() => this.#next());
      return;
    }
    if (this.#waiting.length >= maxWaiting) throw tooManyWaiting();
    await new Promise<void>((begin) => this.#waiting.push(begin));
  }

  #next(): void {
    const begin = this.#waiting.shift();
    this.#isBusy = begin !== undefined;
    if (!begin) return;
    begin();
    setImmediate(() => this.#next());
  }
}

function tooManyWaiting(): RequestRefusal {
  const message = `The gateway is busy: ${maxWaiting} new documents already wait to be validated. Try again later.`;
  return new RequestRefusal('REQUEST_CONCURRENCY_LIMITED', message);
}
