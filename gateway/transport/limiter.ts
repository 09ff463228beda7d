export interface Admittable {
  /** A place is free: go on. */
  admitted(): void;
}

/** Bounded concurrency with a bounded first-in-first-out queue: what doesn't fit is refused at once instead of waiting for a collapse. */
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

  /** Admits now, or when a place gets free. False: there is no place to wait either. */
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

  /** Gives a place back, in the queue or among those running. */
  leave(one: T): void {
    if (this.#queue.delete(one)) return;
    this.#running -= 1;
    this.#admitWaiting();
  }

  #admitWaiting(): void {
    // those admitted may leave at once (open circuit); a loop, as recursion would be as deep as the queue is long
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
