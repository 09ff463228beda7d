import type { OnCancel } from './stages.ts';

/** The clients that wait for one response. Its execution is cancelled when the last of them cancels. */
export class ResponseReaders {
  readonly #cancellation = new AbortController();
  #waiting = 0;

  get signal(): AbortSignal {
    return this.#cancellation.signal;
  }

  join(onCancel: OnCancel): void {
    this.#waiting += 1;
    onCancel(() => {
      this.#waiting -= 1;
      if (this.#waiting === 0) this.#cancellation.abort();
    });
  }
}
