import type { EntityManager } from '../database/database-types.ts';
import { jobsSchema } from '../database/jobs-schema.ts';
import { query } from '../database/query.ts';
import { raw, sql } from '../database/sql.ts';

/** Events in one queue of a subgraph. */
export interface JobCounts {
  /** `events`, or `dead` for events whose retries have all failed. */
  readonly queue: string;
  /** Due and not begun. Those that failed and wait for another try are among them. */
  readonly waiting: number;
  /** Those that failed and wait for another try. */
  readonly retrying: number;
  /** Not due yet. */
  readonly deferred: number;
  readonly active: number;
  /** Seconds since the oldest waiting event was due; 0 if none waits. */
  readonly ageSeconds: number;
}

/** Counts the unfinished events of each queue of a subgraph. Finished events, which are many, are in no index that this reads. */
export async function countJobs(em: EntityManager, subgraph: string): Promise<readonly JobCounts[]> {
  const queues = await query<{ name: string; table: string }>(
    em,
    sql`select name, table_name as "table" from ${raw(jobsSchema)}.queue where name = any(${[`${subgraph}_events`, `${subgraph}_dead`]}::text[])`,
  );
  return Promise.all(
    queues.map(async ({ name, table }) => {
      const queue = name.slice(subgraph.length + 1);
      const [row] = await query<Omit<JobCounts, 'queue'>>(
        em,
        sql`select count(*) filter (where state < 'active' and start_after <= now())::int as waiting,
              count(*) filter (where state = 'retry')::int as retrying,
              count(*) filter (where state < 'active' and start_after > now())::int as deferred,
              count(*) filter (where state = 'active')::int as active,
              coalesce(extract(epoch from now() - min(greatest(created_on, start_after))
                filter (where state < 'active' and start_after <= now())), 0)::float8 as "ageSeconds"
         from ${raw(`${jobsSchema}."${table}"`)} where name = ${name} and state <= 'active'`,
      );
      return { queue, waiting: 0, retrying: 0, deferred: 0, active: 0, ageSeconds: 0, ...row };
    }),
  );
}
