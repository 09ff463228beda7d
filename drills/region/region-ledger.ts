import { setTimeout as delay } from 'node:timers/promises';
import { queryOnce } from '../query-once.ts';

export const ledgerTable = 'create table ledger (number int primary key, at timestamptz not null default now())';

interface Attempt {
  readonly begunAt: number;
  readonly endedAt: number;
  /** Undefined for an acknowledged write. */
  readonly code: string | undefined;
}

const timeoutMs = 2_000;
let nextNumber = 0;

/** A client that writes numbers and notes which were acknowledged, and when. A write that failed is never sent again. */
export class RegionLedger {
  readonly acknowledged = new Map<number, number>();
  readonly attempts: Attempt[] = [];
  readonly #stopping = new AbortController();
  readonly #running: Promise<void>;

  constructor(url: string) {
    this.#running = this.#write(url);
  }

  async #write(url: string): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      const number = nextNumber++;
      const begunAt = Date.now();
      const code = await queryOnce(url, 'insert into ledger (number) values ($1)', [number], timeoutMs).then(
        () => undefined,
        (error: unknown) => (Error.isError(error) && 'code' in error ? String(error.code) : 'NO_RESPONSE'),
      );
      const endedAt = Date.now();
      this.attempts.push({ begunAt, endedAt, code });
      if (code === undefined) this.acknowledged.set(number, endedAt);
      await delay(5);
    }
  }

  /** The first write that was begun after this moment and acknowledged. */
  firstAfter(moment: number): Attempt | undefined {
    return this.attempts.find(({ begunAt, code }) => code === undefined && begunAt >= moment);
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }
}
