import { type Cancellation, cancelled } from './cancellation.ts';

interface Place<T> {
  readonly item: T;
  readonly begin: () => void;
}

/** Operations that wait for their turn, in the order of their arrival. A cancelled operation releases its place. */
export class WaitingLine<T = void> {
  readonly #places = new Set<Place<T>>();

  get size(): number {
    return this.#places.size;
  }

  /** What the first waiting operation has joined with. */
  get first(): T | undefined {
    return this.#first()?.item;
  }

  /** Waits at the end of the line. @throws RequestRefusal REQUEST_CANCELLED when the operation is cancelled meanwhile */
  join(cancellation: Cancellation, item: T): Promise<void> {
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

  #first(): Place<T> | undefined {
    for (const place of this.#places) return place;
    return undefined;
  }
}
