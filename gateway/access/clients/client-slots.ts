/** Counts resources that clients hold open, such as connections. Each client may hold a maximum. */
export class ClientSlots {
  readonly #max: number;
  readonly #held = new Map<string, number>();

  constructor(maxPerClient: number) {
    this.#max = maxPerClient;
  }

  get maxPerClient(): number {
    return this.#max;
  }

  hasRoom(client: string): boolean {
    return (this.#held.get(client) ?? 0) < this.#max;
  }

  /** Takes a slot. @returns a function that releases it once; undefined if the client has no slot left */
  take(client: string): (() => void) | undefined {
    if (!this.hasRoom(client)) return undefined;
    this.#held.set(client, (this.#held.get(client) ?? 0) + 1);
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      const left = (this.#held.get(client) ?? 1) - 1;
      if (left > 0) this.#held.set(client, left);
      else this.#held.delete(client);
    };
  }
}
