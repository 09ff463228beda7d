import { RequestRefusal } from '../errors/request-refusal.ts';
import { type Cancellation, cancelled } from './cancellation.ts';

interface Place<T> {
  readonly item: T;
  readonly begin: () => void;
}

/** Operations that wait for their turn, in the order of their arrival. A cancelled operation releases its place. */
export class WaitingLine<T = void> {
  readonly #places = new Set<Place<T>>();
  readonly #maxWaiting: number;
  readonly #purpose: string;

  /** @param purpose why operations wait, such as "to be executed", for the message of a refusal */
  constructor(maxWaiting: number, purpose: string) {
    this.#maxWaiting = maxWaiting;
    this.#purpose = purpose;
  }

  get size(): number {
    return this.#places.size;
  }

  /** What the first waiting operation has joined with. */
  get first(): T | undefined {
    return this.#first()?.item;
  }

  /**
   * Waits at the end of the line. The promise rejects with REQUEST_CANCELLED when the operation is cancelled meanwhile.
   * @throws RequestRefusal REQUEST_CONCURRENCY_LIMITED when too many operations wait
   */
  join(cancellation: Cancellation, item: T): Promise<void> {
    if (this.#places.size >= this.#maxWaiting) throw this.#tooManyWaiting();
    return new Promise((begin, reject) => {
      const place = { item, begin };
      this.#places.add(place);
      cancellation.onCancel(() => {
        if (this.#places.delete(place)) reject(cancelled());
      });
    });
  }

  /** Lets the first operation begin. */
  beginFirst(): void {
    const place = this.#first();
    if (!place) return;
    this.#places.delete(place);
    place.begin();
  }

  #tooManyWaiting(): RequestRefusal {
    const message = `The gateway is busy: ${this.#maxWaiting} requests already wait ${this.#purpose}. Try again later.`;
    return new RequestRefusal('REQUEST_CONCURRENCY_LIMITED', message);
  }

  #first(): Place<T> | undefined {
    for (const place of this.#places) return place;
    return undefined;
  }
}
