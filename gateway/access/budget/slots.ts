/** Ends the use of a slot. Has no effect the second time. */
export type ReleaseSlot = () => void;

/** Counts what callers run at once: in this process, or in Redis for all gateways. */
export interface SlotStore {
  /** @returns undefined if the caller has no slot left of `max` */
  take(key: string, max: number): ReleaseSlot | undefined | Promise<ReleaseSlot | undefined>;
}

/** What this gateway runs at once, by key. A key that runs nothing has no entry. */
export class HeldSlots {
  readonly #held = new Map<string, number>();

  count(key: string): number {
    return this.#held.get(key) ?? 0;
  }

  keys(): readonly string[] {
    return [...this.#held.keys()];
  }

  add(key: string): void {
    this.#held.set(key, this.count(key) + 1);
  }

  remove(key: string): void {
    const left = this.count(key) - 1;
    if (left > 0) this.#held.set(key, left);
    else this.#held.delete(key);
  }

  /** Makes a function that removes one entry once, and then calls `after`. */
  releaser(key: string, after: () => void = () => {}): ReleaseSlot {
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      this.remove(key);
      after();
    };
  }
}

/** The slots of one process. */
export class MemorySlots implements SlotStore {
  readonly #held = new HeldSlots();

  take(key: string, max: number): ReleaseSlot | undefined {
    if (this.#held.count(key) >= max) return undefined;
    this.#held.add(key);
    return this.#held.releaser(key);
  }
}
