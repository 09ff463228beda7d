import { setTimeout as pause } from 'node:timers/promises';
import type { PgBoss } from 'pg-boss';
import { jobsSchema } from '../database/jobs-schema.ts';

/** Time for which a change waits for earlier events of the same record. */
const longestMs = 2_000;
/** Pauses between two looks into the queue. They double, so that many waiting changes do not keep a slow consumer from it. */
const pauseMs = { first: 10, longest: 250 } as const;

/** Tells whether a queue has events of records, by the key that orders them. */
export class PendingEvents {
  readonly #boss: PgBoss;
  readonly #queue: string;
  #statement: string | undefined;

  constructor(boss: PgBoss, queue: string) {
    this.#boss = boss;
    this.#queue = queue;
  }

  /**
   * Waits until the queue has no event of these records: what other subgraphs committed before is then in the copies of this one.
   * @returns false if some were still there after two seconds
   */
  async wait(keys: readonly string[], signal: AbortSignal): Promise<boolean> {
    const endsAt = performance.now() + longestMs;
    for (let ms: number = pauseMs.first; await this.#has(keys); ms = Math.min(ms * 2, pauseMs.longest)) {
      if (performance.now() > endsAt) return false;
      await pause(ms, undefined, { signal });
    }
    return true;
  }

  async #has(keys: readonly string[]): Promise<boolean> {
    this.#statement ??= await this.#makeStatement();
    const { rows } = await this.#boss.getDb().executeSql(this.#statement, [this.#queue, keys]);
    return rows[0]?.pending === true;
  }

  /** Each condition is that of an index of pg-boss (job_i17, job_i8), which has unfinished events only. */
  async #makeStatement(): Promise<string> {
    const known = await this.#boss.getQueue(this.#queue);
    const from = `from ${jobsSchema}."${known?.table ?? 'job'}" where name = $1 and singleton_key = any($2::text[])`;
    return `select exists (select ${from} and state < 'active' and singleton_key is not null)
      or exists (select ${from} and state = 'active' and policy = 'key_strict_fifo') as pending`;
  }
}
