import type { EntityManager } from '../database/database.ts';
import { query } from '../database/query.ts';
import type { KeptUntil, Retention } from '../database/retention.ts';
import { raw, type Sql, sql } from '../database/sql.ts';
import type { Chore } from './chore.ts';

type KeptDays = Extract<KeptUntil, { readonly kind: 'DAYS' }>;

const everyMs = 3_600_000;
/** Rows that one statement deletes. */
const batchSize = 1_000;

/** Chores that delete the rows of tables whose time is over, one chore per table. */
export function purgeChores(retention: Retention): Chore[] {
  return Object.entries(retention).flatMap(([table, { until }]) =>
    until.kind === 'DAYS' ? { name: `purge ${table}`, everyMs, run: (em) => purge(em, table, until) } : [],
  );
}

/** Deletes in batches, so that no statement is long. Rows that another process is deleting are left to it. */
async function purge(em: EntityManager, table: string, until: KeptDays): Promise<void> {
  for (let deleted = batchSize; deleted === batchSize; ) {
    const rows = await query(
      em,
      sql`delete from ${raw(`"${table}"`)} where ctid = any(array(
        select ctid from ${raw(`"${table}"`)} where ${isOver(until)} limit ${batchSize} for update skip locked)) returning true`,
    );
    deleted = rows.length;
  }
}

function isOver({ days, after, isMilliseconds }: KeptDays): Sql {
  const last = sql`now() - make_interval(days => ${days}::int)`;
  return isMilliseconds
    ? sql`${raw(`"${after}"`)} < (extract(epoch from ${last}) * 1000)::bigint`
    : sql`${raw(`"${after}"`)} < ${last}`;
}
