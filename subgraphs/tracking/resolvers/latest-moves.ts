import type { Position } from '../domain/position.ts';

/** The root value of one event. */
export interface Move {
  readonly vehicleMoved: { readonly vehicle: { readonly id: string }; readonly position: Position };
}

export interface MoveSource {
  readonly snapshot: readonly Position[];
  readonly source: AsyncIterator<unknown>;
  readonly decode: (payload: unknown) => Position;
  /** Whether the subscriber may see this move, now; not asked for the snapshot. */
  readonly visible: (position: Position) => Promise<boolean>;
}

/**
 * Moves for one subscriber, each vehicle's latest only: whoever reads slowly skips the places in between, and no more is
 * kept than one position per vehicle. Never goes back in time. An async generator would not do: its `return()` waits for
 * the next move, and the topics of a vehicle that stands still would never be left.
 */
export class LatestMoves implements AsyncIterableIterator<Move> {
  readonly #pending = new Map<string, Position>();
  readonly #sentAt = new Map<string, number>();
  readonly #source: MoveSource;
  #wake: (() => void) | undefined;
  #state: { readonly phase: 'open' | 'ended' } | { readonly phase: 'failed'; readonly error: unknown } = {
    phase: 'open',
  };

  constructor(source: MoveSource) {
    this.#source = source;
    for (const position of source.snapshot) this.#pending.set(position.vehicleId, position);
    void this.#pump();
  }

  async #pump(): Promise<void> {
    try {
      for (;;) {
        const { value, done } = await this.#source.source.next();
        if (done) break;
        this.#offer(this.#source.decode(value));
      }
      if (this.#state.phase === 'open') this.#state = { phase: 'ended' };
    } catch (error) {
      if (this.#state.phase === 'open') this.#state = { phase: 'failed', error };
    }
    this.#wake?.();
  }

  #offer(position: Position): void {
    const waiting = this.#pending.get(position.vehicleId)?.recordedAt.getTime() ?? 0;
    const known = Math.max(waiting, this.#sentAt.get(position.vehicleId) ?? 0);
    if (position.recordedAt.getTime() <= known) return;
    this.#pending.set(position.vehicleId, position);
    this.#wake?.();
  }

  async next(): Promise<IteratorResult<Move>> {
    for (;;) {
      const [first] = this.#pending;
      if (first) {
        const [vehicleId, position] = first;
        this.#pending.delete(vehicleId);
        this.#sentAt.set(vehicleId, position.recordedAt.getTime());
        const seen = this.#source.snapshot.includes(position) || (await this.#source.visible(position));
        if (seen && this.#state.phase !== 'ended')
          return { value: { vehicleMoved: { vehicle: { id: vehicleId }, position } }, done: false };
        continue;
      }
      if (this.#state.phase === 'failed') throw this.#state.error;
      if (this.#state.phase === 'ended') return { value: undefined, done: true };
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.#wake = undefined;
    }
  }

  async return(): Promise<IteratorResult<Move>> {
    this.#state = { phase: 'ended' };
    this.#pending.clear();
    this.#wake?.();
    await this.#source.source.return?.();
    return { value: undefined, done: true };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
