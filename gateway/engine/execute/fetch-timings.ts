import { LRUCache } from 'lru-cache';
import type { Batch } from '../compile/program.ts';

/** Fetches whose times are kept. */
const maxFetches = 2_000;
/** Latest times that are kept of one fetch. */
const maxTimes = 128;

/** How long the latest requests of one fetch took, in milliseconds, from the fetch to the response of the subgraph. */
export interface FetchTiming {
  readonly p50Ms: number;
  readonly p95Ms: number;
  /** Number of requests, at most 128. */
  readonly samples: number;
}

/** The latest times of one fetch. Once `times` is full, the oldest is replaced. */
interface Times {
  readonly times: number[];
  next: number;
}

/** Keeps how long fetches take. Operations with the same request to the same subgraph share its times. */
export class FetchTimings {
  readonly #byText = new LRUCache<string, Times>({ max: maxFetches });
  readonly #byBatch = new WeakMap<Batch, Times>();

  note(batch: Batch, ms: number): void {
    const kept = this.#timesOf(batch);
    kept.times[kept.next] = ms;
    kept.next = (kept.next + 1) % maxTimes;
  }

  /** The times of a fetch; undefined before the first response. */
  of(batch: Batch): FetchTiming | undefined {
    const { times } = this.#timesOf(batch);
    if (times.length === 0) return undefined;
    const sorted = times.toSorted((one, other) => one - other);
    const percentile = (share: number): number => {
      const ms = sorted[Math.ceil(share * sorted.length) - 1] ?? 0;
      return Math.round(ms * 100) / 100;
    };
    return { p50Ms: percentile(0.5), p95Ms: percentile(0.95), samples: times.length };
  }

  #timesOf(batch: Batch): Times {
    const known = this.#byBatch.get(batch);
    if (known) return known;
    const text = `${batch.subgraph} ${batch.body.write(
      batch.slots.map(() => ''),
      () => undefined,
    )}`;
    const times = this.#byText.get(text) ?? { times: [], next: 0 };
    this.#byText.set(text, times);
    this.#byBatch.set(batch, times);
    return times;
  }
}
