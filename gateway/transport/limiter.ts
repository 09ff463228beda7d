export interface Admittable {
  /** Called when the request may be sent. */
  admitted(): void;
}

/** Bounds concurrency, with a bounded first-in-first-out queue. Requests beyond the queue are refused at once. */
export class Limiter<T extends Admittable> {
  readonly #maxConcurrent: number;
  readonly #maxQueued: number;
  readonly #queue = new Set<T>();
  #running = 0;
  #admitting = false;

  constructor(maxConcurrent: number, maxQueued: number) {
    this.#maxConcurrent = maxConcurrent;
    this.#maxQueued = maxQueued;
  }

  get queued(): number {
    return this.#queue.size;
  }

  /** Admits a request now or when another one leaves. Returns false if the queue is full. */
  enter(one: T): boolean {
    if (this.#running < this.#maxConcurrent) {
      this.#running += 1;
      one.admitted();
      return true;
    }
    if (this.#queue.size >= this.#maxQueued) return false;
    this.#queue.add(one);
    return true;
  }

  /** Removes a request from the queue or from the running ones. */
  leave(one: T): void {
    if (this.#queue.delete(one)) return;
    this.#running -= 1;
    this.#admitWaiting();
  }

  #admitWaiting(): void {
    // An admitted request may leave at once (open circuit). The loop prevents a recursion as deep as the queue is long.
    if (this.#admitting) return;
    this.#admitting = true;
    for (const next of this.#queue) {
      if (this.#running >= this.#maxConcurrent) break;
      this.#queue.delete(next);
      this.#running += 1;
      next.admitted();
    }
    this.#admitting = false;
  }
}
