import type { ServerResponse } from 'node:http';

/** Those who wait for one answer. When the last of them has left, the work for it stops. */
export class Audience {
  readonly #departure = new AbortController();
  #waiting = 0;

  get signal(): AbortSignal {
    return this.#departure.signal;
  }

  join(response: ServerResponse): void {
    this.#waiting += 1;
    response.once('close', () => {
      this.#waiting -= 1;
      if (this.#waiting === 0 && !response.writableFinished) this.#departure.abort();
    });
  }
}
