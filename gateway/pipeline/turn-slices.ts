import type { Cancellation } from './cancellation.ts';
import type { Rush } from './rush.ts';
import { WaitingLine } from './waiting-line.ts';

/**
 * Bounds of the slice of each turn of the event loop in which new operations begin, in milliseconds. A slice is as long as all other work took
 * in the turn before.
 */
const minSliceMs = 10;
const maxSliceMs = 100;
/** Waiting operations that may begin in one slice. */
const maxPerSlice = 500;

/**
 * Spreads operations that arrive at once over turns of the event loop: they begin during a slice of each turn. Health checks, responses of
 * subgraphs and timers run in between, however many operations wait. See docs/performance.md, P13.
 */
export class TurnSlices {
  readonly #rush: Rush;
  readonly #waiting: WaitingLine;
  /** `performance.now()` at which the current turn's slice began; undefined before the first operation of a turn. */
  #sliceBegan: number | undefined;
  #sliceEnded = 0;
  #sliceMs = minSliceMs;

  constructor(maxWaiting: number, rush: Rush) {
    this.#waiting = new WaitingLine(maxWaiting, 'to begin');
    this.#rush = rush;
  }

  /**
   * Undefined when the operation may begin now; otherwise a promise for its turn, which rejects when the operation is cancelled meanwhile.
   * @throws RequestRefusal when too many wait
   */
  turn(cancellation: Cancellation): Promise<void> | undefined {
    const now = performance.now();
    if (this.#sliceBegan === undefined) {
      this.#sliceBegan = now;
      setImmediate(() => this.#nextTurn());
    }
    if (this.#waiting.size === 0 && !this.#rush.isOn && now - this.#sliceBegan < this.#sliceMs) return undefined;
    return this.#waiting.join(cancellation);
  }

  /** True while operations wait for their turn. */
  get isOn(): boolean {
    return this.#waiting.size > 0 || this.#rush.isOn;
  }

  #nextTurn(): void {
    if (this.#waiting.size === 0) {
      this.#sliceBegan = undefined;
      this.#sliceMs = minSliceMs;
      return;
    }
    if (this.#rush.isOn) {
      setImmediate(() => this.#nextTurn());
      return;
    }
    this.#sliceEnded = performance.now();
    // Each callback runs together with the promise jobs that it starts, so the next callback sees how much time they took.
    setImmediate(() => {
      const now = performance.now();
      this.#sliceBegan = now;
      this.#sliceMs = Math.min(maxSliceMs, Math.max(minSliceMs, now - this.#sliceEnded));
    });
    for (let count = Math.min(this.#waiting.size, maxPerSlice); count > 0; count--)
      setImmediate(() => this.#beginNext());
    setImmediate(() => this.#nextTurn());
  }

  #beginNext(): void {
    if (performance.now() - (this.#sliceBegan ?? 0) < this.#sliceMs) this.#waiting.beginFirst();
  }
}
