import type { Database } from '../database/database.ts';
import { query } from '../database/query.ts';
import { sql } from '../database/sql.ts';
import type { Chore } from './chore.ts';

/** What the table says of a chore. */
export interface ChoreState {
  readonly name: string;
  /** True if this process has claimed it now. */
  readonly isClaimed: boolean;
  /** Seconds since 1970; when the chore was first scheduled, if it has not succeeded yet. */
  readonly succeededAt: number;
  /** Milliseconds until it may be claimed. */
  readonly dueInMs: number;
}

/** A failed chore is tried again after this time, then after twice the time, and so on, at most after its interval. */
const firstRetryMs = 10_000;

/**
 * The table in which the processes of a subgraph agree on who does a chore, by the clock of the database. A claim ends when the chore is done, or some
 * time after the process has died.
 */
export class ChoreClaims {
  readonly #database: Pick<Database, 'fork'>;
  readonly #chores: readonly Chore[];
  readonly #process: string;
  readonly #leaseMs: number;
  #isScheduled = false;

  /** @param process a UUID of this process */
  constructor(database: Pick<Database, 'fork'>, chores: readonly Chore[], process: string, leaseMs: number) {
    this.#database = database;
    this.#chores = chores;
    this.#process = process;
    this.#leaseMs = leaseMs;
  }

  /** Claims all chores that are due and that no process runs. @param running those that this process runs */
  async claim(running: readonly string[]): Promise<ChoreState[]> {
    if (!this.#isScheduled) await this.#schedule();
    const names = this.#chores.map(({ name }) => name);
    return query<ChoreState>(
      this.#database.fork(),
      sql`with claimed as (
          update chore set claimed_by = ${this.#process}, claimed_until = now() + ${this.#leaseMs} * interval '1 ms'
          where name in (
            select name from chore
            where name = any(${names}::text[]) and name <> all(${running}::text[])
              and due_at <= now() and coalesce(claimed_until, '-infinity') <= now()
            for update skip locked)
          returning name)
        select chore.name, claimed.name is not null as "isClaimed",
          extract(epoch from succeeded_at)::float8 as "succeededAt",
          (1000 * extract(epoch from greatest(due_at, claimed_until) - now()))::float8 as "dueInMs"
        from chore left join claimed using (name) where chore.name = any(${names}::text[])`,
    );
  }

  async renew(name: string): Promise<void> {
    await query(
      this.#database.fork(),
      sql`update chore set claimed_until = now() + ${this.#leaseMs} * interval '1 ms'
        where name = ${name} and claimed_by = ${this.#process}`,
    );
  }

  /** Ends the claim of this process, if it still has it. */
  async settle({ name, everyMs }: Chore, outcome: 'succeeded' | 'failed'): Promise<void> {
    const hasSucceeded = outcome === 'succeeded';
    await query(
      this.#database.fork(),
      sql`update chore set claimed_by = null, claimed_until = null,
          succeeded_at = case when ${hasSucceeded}::boolean then now() else succeeded_at end,
          failures = case when ${hasSucceeded}::boolean then 0 else failures + 1 end,
          due_at = now() + interval '1 ms' * case when ${hasSucceeded}::boolean then ${everyMs}::float8
            else least(${everyMs}::float8, ${firstRetryMs}::float8 * 2 ^ least(failures, 20)) end
        where name = ${name} and claimed_by = ${this.#process}`,
    );
  }

  /** A new chore begins after its interval. One whose interval was shortened keeps no later time. */
  async #schedule(): Promise<void> {
    const names = this.#chores.map(({ name }) => name);
    const intervals = this.#chores.map(({ everyMs }) => everyMs);
    await query(
      this.#database.fork(),
      sql`insert into chore (name, due_at)
        select name, now() + every * interval '1 ms' from unnest(${names}::text[], ${intervals}::float8[]) as given (name, every)
        on conflict (name) do update set due_at = excluded.due_at where chore.due_at > excluded.due_at`,
    );
    this.#isScheduled = true;
  }
}
