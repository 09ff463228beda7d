import { RequestRefusal } from '../errors/request-refusal.ts';

/**
 * Says whether the client of an operation still wants its response. An edge makes one when the operation arrives, before it waits for anything,
 * and cancels it when the client disconnects or ends the operation.
 */
export class Cancellation {
  readonly #callbacks: (() => void)[] = [];
  #isCancelled = false;
  #controller: AbortController | undefined;

  get isCancelled(): boolean {
    return this.#isCancelled;
  }

  /** Aborts with the operation. */
  get signal(): AbortSignal {
    if (!this.#controller) {
      const controller = new AbortController();
      this.#controller = controller;
      this.onCancel(() => controller.abort());
    }
    return this.#controller.signal;
  }

  cancel(): void {
    if (this.#isCancelled) return;
    this.#isCancelled = true;
    for (const callback of this.#callbacks.splice(0)) callback();
  }

  /** Registers a callback. It is called at once if the operation is already cancelled. */
  onCancel(callback: () => void): void {
    if (this.#isCancelled) callback();
    else this.#callbacks.push(callback);
  }

  /** Ends the work for a cancelled operation. @throws RequestRefusal REQUEST_CANCELLED */
  throwIfCancelled(): void {
    if (this.#isCancelled) throw cancelled();
  }
}

/** The outcome of a cancelled operation. Its client rarely sees it; metrics count it. */
export function cancelled(): RequestRefusal {
  return new RequestRefusal('REQUEST_CANCELLED', 'The operation was cancelled by its client.');
}
