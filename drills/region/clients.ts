import type { Percentiles } from '../drill.ts';
import { Ledger } from '../ledger.ts';
import { type Operator, withApiKeys } from '../operator.ts';
import { until } from '../until.ts';
import { type RegionName, regionNames } from './distances.ts';
import type { LatencyRouting } from './latency-routing.ts';
import { Reader } from './readers.ts';
import type { Regions } from './regions.ts';

/** Whoever has written reads from the primary for a minute, so that API keys write, and the operator reads. */
const apiKeys = 4;
const timedReads = 60;
const waitMs = 60_000;
const writeTimeoutMs = 10_000;

/** Clients beside each region: one reader each, and writers beside one of them. */
export class Clients implements AsyncDisposable {
  readonly ledger: Ledger;
  readonly #readers: readonly Reader[];

  private constructor(ledger: Ledger, readers: readonly Reader[]) {
    this.ledger = ledger;
    this.#readers = readers;
  }

  /**
   * Measures reads while nobody writes, and starts the writers then.
   * @param name unique among the cases of a drill
   * @param writing the region beside the writers
   */
  static async start(
    name: string,
    writing: RegionName,
    operator: Operator,
    { regions, routing }: { readonly regions: Regions; readonly routing: LatencyRouting },
  ): Promise<{ clients: Clients; readMs: Readonly<Record<string, Percentiles>> }> {
    const writers = await withApiKeys(operator, apiKeys);
    const resolve = routing.resolver(writing);
    const service = { url: () => regions.graphFrom(writing, resolve()), timeoutMs: writeTimeoutMs };
    const first = new Ledger(writers, `${name}-first`, service);
    await first.acknowledge(1, waitMs).finally(() => first.stop());
    const readers = regionNames.map(
      (near) =>
        new Reader({
          near,
          resolve: routing.resolver(near),
          graphOf: (region) => regions.graphFrom(near, region),
          headers: { authorization: `Bearer ${operator.accessToken}` },
        }),
    );
    try {
      const readMs = await readTimes(readers);
      return { clients: new Clients(new Ledger(writers, name, service), readers), readMs };
    } catch (error) {
      await Promise.all(readers.map((reader) => reader.stop()));
      throw error;
    }
  }

  /** The readers whose last response came from a region. */
  readersAt(region: RegionName): readonly Reader[] {
    return this.#readers.filter(({ reads }) => reads.at(-1)?.region === region);
  }

  /** Times of reads from now on. */
  readTimes(): Promise<Readonly<Record<string, Percentiles>>> {
    return readTimes(this.#readers);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.ledger.stop(), ...this.#readers.map((reader) => reader.stop())]);
  }
}

/** By the place of the client and the region that answers. */
async function readTimes(readers: readonly Reader[]): Promise<Readonly<Record<string, Percentiles>>> {
  const wanted = new Map(readers.map((reader) => [reader, reader.reads.length + timedReads]));
  await until(() => readers.every((reader) => reader.reads.length >= (wanted.get(reader) ?? 0)), 'too few reads');
  return Object.fromEntries(
    readers.map((reader) => [`${reader.near} from ${reader.reads.at(-1)?.region}`, reader.times(timedReads)]),
  );
}
