import type { OnCancel } from './stages.ts';

/** The clients that wait for one response. When the last of them has left, the work for it is cancelled. */
export class ResponseReaders {
  readonly #departure = new AbortController();
  #waiting = 0;

  get signal(): AbortSignal {
    return this.#departure.signal;
  }

  join(onCancel: OnCancel): void {
    this.#waiting += 1;
    onCancel(() => {
      this.#waiting -= 1;
      if (this.#waiting === 0) this.#departure.abort();
    });
  }
}
