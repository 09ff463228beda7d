import type { LivePayload } from '../live/outbox.ts';

/** Entities whose latest event is kept. Beyond them, the event that has waited longest is lost. */
const maxEntities = 1_000;

/** An event that waits for points, in place of earlier ones of the same entity. */
export interface HeldEvent {
  readonly payload: LivePayload;
  /** Number of events that it replaces. */
  readonly conflated: number;
}

/** The latest event of each entity, in the order in which the entities began to wait. */
export class HeldEvents {
  readonly #events = new Map<string, HeldEvent>();
  /** Events lost because too many entities wait. The next event counts them. */
  #lost = 0;

  get isEmpty(): boolean {
    return this.#events.size === 0;
  }

  add(payload: LivePayload): void {
    const key = entityOf(payload.text);
    const waiting = this.#events.get(key);
    this.#events.set(key, { payload, conflated: waiting ? waiting.conflated + 1 : 0 });
    const [oldest] = this.#events;
    if (this.#events.size <= maxEntities || !oldest) return;
    this.#events.delete(oldest[0]);
    this.#lost += 1 + oldest[1].conflated;
  }

  oldest(): HeldEvent | undefined {
    const [first] = this.#events.values();
    return first && { ...first, conflated: first.conflated + this.#lost };
  }

  removeOldest(): void {
    const [key] = this.#events.keys();
    if (key !== undefined) this.#events.delete(key);
    this.#lost = 0;
  }
}

/** Objects deeper than this are not searched for an id. */
const maxDepth = 3;

/** Finds which entity an event is about: the first id in its data, nearest to the root. Events without an id count as one entity. */
export function entityOf(text: string): string {
  const { data }: { data?: unknown } = JSON.parse(text);
  let objects = [data];
  for (let depth = 0; depth <= maxDepth; depth++) {
    const inner: unknown[] = [];
    for (const object of objects) {
      if (typeof object !== 'object' || object === null) continue;
      if ('id' in object && typeof object.id === 'string') return object.id;
      inner.push(...Object.values(object));
    }
    objects = inner;
  }
  return '';
}
