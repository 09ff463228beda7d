import type { Spending } from '../access/budget/spending.ts';
import type { LivePayload } from '../live/outbox.ts';
import { HeldEvents } from './held-events.ts';

/**
 * Pays for each event of a subscription. While the budget is empty, the latest event of each entity is held back until points return. Its
 * `extensions.live` states how many events it replaces. The subscription stays open.
 * @param spending undefined if events cost nothing
 * @param isCancelled true if the client no longer wants the events that are held back when the source ends
 */
export async function* meterEvents(
  events: AsyncIterable<LivePayload>,
  spending: Spending | undefined,
  isCancelled: () => boolean,
): AsyncGenerator<string> {
  const arrivals = new Arrivals(events[Symbol.asyncIterator]());
  const held = new HeldEvents();
  let waitMs = 0;
  try {
    for (;;) {
      const arrival = held.isEmpty ? await arrivals.next() : await arrivals.nextWithin(waitMs);
      if (arrival === 'end' && (held.isEmpty || isCancelled())) return;
      if (typeof arrival === 'object' && held.isEmpty) {
        waitMs = (await spending?.pay(arrival.cost)) ?? 0;
        if (waitMs > 0) held.add(arrival);
        else yield write(arrival, 0, spending);
        continue;
      }
      if (typeof arrival === 'object') held.add(arrival);
      const oldest = held.oldest();
      if (!oldest) continue;
      waitMs = (await spending?.pay(oldest.payload.cost)) ?? 0;
      if (waitMs > 0) continue;
      held.removeOldest();
      yield write(oldest.payload, oldest.conflated, spending);
    }
  } finally {
    await arrivals.close();
  }
}

/** Adds the extensions of one client to an event. */
function write({ text, cost, dropped }: LivePayload, conflated: number, spending: Spending | undefined): string {
  const live = { ...(dropped > 0 && { dropped }), ...(conflated > 0 && { conflated, reason: 'BUDGET' }) };
  const extensions = {
    ...(Object.keys(live).length > 0 && { live }),
    ...(spending && { cost: spending.report(cost) }),
  };
  if (Object.keys(extensions).length === 0) return text;
  return `${text.slice(0, -1)},"extensions":${JSON.stringify(extensions)}}`;
}

type Arrival = LivePayload | 'end';

/** The events of a source, which can be awaited for a time only. */
class Arrivals {
  readonly #source: AsyncIterator<LivePayload>;
  /** The next event, if it was awaited and has not arrived in time. */
  #pending: Promise<Arrival> | undefined;

  constructor(source: AsyncIterator<LivePayload>) {
    this.#source = source;
  }

  async next(): Promise<Arrival> {
    this.#pending ??= this.#request();
    const arrival = await this.#pending;
    if (arrival !== 'end') this.#pending = undefined;
    return arrival;
  }

  /** Resolves with undefined after the time. After the end of the source, it waits for the whole time. */
  async nextWithin(ms: number): Promise<Arrival | undefined> {
    this.#pending ??= this.#request();
    const { promise: elapsed, resolve } = Promise.withResolvers<undefined>();
    const timer = setTimeout(resolve, ms, undefined);
    try {
      const arrival = await Promise.race([this.#pending, elapsed]);
      if (arrival === 'end') return this.#isOver ? await elapsed : this.#markOver();
      if (arrival) this.#pending = undefined;
      return arrival;
    } finally {
      clearTimeout(timer);
    }
  }
  #isOver = false;

  async close(): Promise<void> {
    await this.#source.return?.();
  }

  #markOver(): Arrival {
    this.#isOver = true;
    return 'end';
  }

  #request(): Promise<Arrival> {
    const arrival = this.#source.next().then(({ done, value }): Arrival => (done ? 'end' : value));
    // If nobody awaits it any more, the stream is already over.
    arrival.catch(() => {});
    return arrival;
  }
}
