import type { Cancellation } from './cancellation.ts';
import type { Rush } from './rush.ts';
import { WaitingLine } from './waiting-line.ts';

/** Documents that may wait for their turn: the burst of one client and some more. Further documents are refused at once. */
const maxWaiting = 256;
/** Milliseconds in each turn of the event loop for parsing and validating new documents. At least one document is checked per turn. */
const sliceMs = 10;
/** Milliseconds between two new documents while other operations wait to enter. Most of those operations cost less, or are refused. */
const rushIntervalMs = 100;

/**
 * Spreads the parsing and validation of new documents over turns of the event loop, so that a rush of new texts does not keep requests with
 * known texts, health checks and responses of subgraphs waiting.
 */
export class DocumentQueue {
  readonly #waiting = new WaitingLine(maxWaiting, 'to be validated');
  readonly #entrance: Rush;
  #isBusy = false;
  /** `performance.now()` at which the last document began. */
  #lastBegan = 0;

  /** @param entrance the queue that operations pass before this one */
  constructor(entrance: Rush) {
    this.#entrance = entrance;
  }

  /**
   * Resolves when it is this document's turn. The first document in a turn of the event loop does not wait.
   * @throws RequestRefusal when too many documents wait, or when the operation is cancelled meanwhile
   */
  async turn(cancellation: Cancellation): Promise<void> {
    if (!this.#isBusy) {
      this.#isBusy = true;
      setImmediate(() => this.#nextTurn());
      if (!this.#mustHold()) {
        this.#lastBegan = performance.now();
        return;
      }
    }
    await this.#waiting.join(cancellation);
  }

  #mustHold(): boolean {
    return this.#entrance.isOn && performance.now() - this.#lastBegan < rushIntervalMs;
  }

  #nextTurn(): void {
    this.#isBusy = this.#waiting.size > 0;
    if (!this.#isBusy) return;
    if (!this.#mustHold()) this.#beginSlice(this.#entrance.isOn ? 1 : this.#waiting.size);
    setImmediate(() => this.#nextTurn());
  }

  #beginSlice(maxDocuments: number): void {
    let end = Number.POSITIVE_INFINITY;
    // Each callback runs together with the promise jobs that it starts, so the next callback sees how much time they took.
    for (let count = maxDocuments; count > 0; count--) {
      setImmediate(() => {
        const now = performance.now();
        if (end === Number.POSITIVE_INFINITY) end = now + sliceMs;
        if (now >= end) return;
        this.#lastBegan = now;
        this.#waiting.beginFirst();
      });
    }
  }
}
