import { Cancellation } from './cancellation.ts';

/** The clients that wait for one response. Its execution is cancelled when the last of them cancels. */
export class ResponseReaders {
  /** Of the execution. */
  readonly cancellation = new Cancellation();
  #waiting = 0;

  join(client: Cancellation): void {
    this.#waiting += 1;
    client.onCancel(() => {
      this.#waiting -= 1;
      if (this.#waiting === 0) this.cancellation.cancel();
    });
  }
}
