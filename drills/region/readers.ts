import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { GraphFailure } from '../../client/graph-failure.ts';
import { post } from '../../client/post.ts';
import type { Percentiles } from '../drill.ts';
import type { RegionName } from './distances.ts';

const pauseMs = 100;
/** For how long a client waits for a response. */
const timeoutMs = 3_000;
const body = JSON.stringify({ query: '{ shipments(first: 1) { edges { node { id } } } }' });
const found = z.object({ shipments: z.object({ edges: z.array(z.unknown()).length(1) }) });

/** One read of a client. */
interface Read {
  readonly begunAt: number;
  readonly ms: number;
  /** The region to which the client was led. */
  readonly region: RegionName;
  /** Undefined for a good response. */
  readonly code: string | undefined;
}

interface ReaderOptions {
  /** The region beside the client. */
  readonly near: RegionName;
  readonly resolve: () => RegionName;
  readonly graphOf: (region: RegionName) => string;
  readonly headers: Readonly<Record<string, string>>;
}

/** A client that reads a shipment again and again, at the region to which it is led. */
export class Reader {
  readonly near: RegionName;
  readonly reads: Read[] = [];
  readonly #options: ReaderOptions;
  readonly #stopping = new AbortController();
  readonly #running: Promise<void>;

  constructor(options: ReaderOptions) {
    this.near = options.near;
    this.#options = options;
    this.#running = this.#read();
  }

  async #read(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      const region = this.#options.resolve();
      const [begunAt, begun] = [Date.now(), performance.now()];
      const code = await this.#ask(region);
      this.reads.push({ begunAt, ms: performance.now() - begun, region, code });
      await delay(pauseMs);
    }
  }

  async #ask(region: RegionName): Promise<string | undefined> {
    const { graphOf, headers } = this.#options;
    try {
      const { data, errors } = await post<unknown>(graphOf(region), body, { headers, timeoutMs });
      return found.safeParse(data).success ? undefined : (errors[0]?.extensions.code ?? 'INVALID_DATA');
    } catch (error) {
      if (!(error instanceof GraphFailure)) throw error;
      return error.code;
    }
  }

  /** The codes of reads that were begun after a moment and failed. */
  failuresAfter(moment: number): readonly string[] {
    return this.reads.flatMap(({ begunAt, code }) => (begunAt >= moment && code !== undefined ? [code] : []));
  }

  /** Time from a moment to the first good response of another region after which no read failed; infinite if there is none. */
  ledAwayMs(moment: number, from: RegionName): number {
    const lastFailed = this.reads.findLastIndex(({ code }) => code !== undefined);
    const good = this.reads.slice(lastFailed + 1).find(({ begunAt, region }) => begunAt >= moment && region !== from);
    return good ? good.begunAt + good.ms - moment : Number.POSITIVE_INFINITY;
  }

  /** Times of the last reads, in milliseconds. */
  times(count: number): Percentiles {
    const sorted = this.reads
      .slice(-count)
      .map(({ ms }) => ms)
      .toSorted((one, other) => one - other);
    const at = (share: number) => Math.round(sorted[Math.ceil(sorted.length * share) - 1] ?? 0);
    return { p50: at(0.5), p95: at(0.95) };
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }
}
