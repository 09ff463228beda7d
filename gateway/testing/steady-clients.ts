import { isDeepStrictEqual } from 'node:util';
import { createGraphClient, type GraphClient } from '../../client/graph-client.ts';

const query = '{ vehicle(id: "7") { plate yard } }';
const expected = { vehicle: { plate: 'PLATE-7', yard: 'Yard 7' } };

/** Clients of the live graph that send one query after the other without a pause, and check each response. */
export class SteadyClients {
  readonly #client: GraphClient;
  readonly #leaving = new AbortController();
  readonly #running: Promise<void>[] = [];
  readonly #wrong: unknown[] = [];
  #requests = 0;
  #inFlight = 0;
  #pause: Promise<void> | undefined;
  #slowestMs: number[] = [];

  constructor(url: string) {
    this.#client = createGraphClient({ url, attempts: 1, signal: this.#leaving.signal });
  }

  start(count: number): void {
    for (let client = 0; client < count; client++) this.#running.push(this.#run());
  }

  get requests(): number {
    return this.#requests;
  }

  /** Times of the slowest responses, the slowest first. */
  get slowestMs(): readonly number[] {
    return this.#slowestMs.map(Math.round);
  }

  /** Wrong responses, and failures. */
  get wrong(): readonly unknown[] {
    return this.#wrong;
  }

  /** Runs something while no request is in flight. */
  async paused<T>(run: () => Promise<T>): Promise<T> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#pause = promise;
    try {
      while (this.#inFlight > 0) await new Promise((again) => setTimeout(again, 5));
      return await run();
    } finally {
      this.#pause = undefined;
      resolve();
    }
  }

  async stop(): Promise<void> {
    this.#leaving.abort();
    await Promise.all(this.#running);
  }

  async #run(): Promise<void> {
    while (!this.#leaving.signal.aborted) {
      await this.#pause;
      this.#inFlight++;
      const startedAt = performance.now();
      const outcome = await this.#client.send({ query }).catch((error: unknown) => error);
      this.#inFlight--;
      if (this.#leaving.signal.aborted) return;
      this.#requests++;
      this.#slowestMs = [...this.#slowestMs, performance.now() - startedAt].sort((one, two) => two - one).slice(0, 5);
      const { data, errors } = outcome as { data?: unknown; errors?: readonly unknown[] };
      if (!isDeepStrictEqual([data, errors], [expected, []])) this.#wrong.push(outcome);
    }
  }
}
