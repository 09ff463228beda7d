import type { EntityManager } from '#shared/database/database.ts';
import { query } from '#shared/database/query.ts';
import { sql } from '#shared/database/sql.ts';
import { daysOfPositions } from '../retention.ts';

/**
 * Drops the months of positions that are too old, and last positions that are. Dropping a month needs the whole table for a moment: if it is
 * in use for long, the next run tries again, so that reports do not wait.
 */
export async function deleteOldPositions(em: EntityManager, now = new Date()): Promise<void> {
  const before = new Date(now.getTime() - daysOfPositions * 86_400_000);
  await em.transactional(async (inner) => {
    await query(inner, sql`set local lock_timeout = '1s'`);
    await query(inner, sql`select pg_advisory_xact_lock(hashtext('position_history'))`);
    await query(inner, sql`select drop_position_partitions(${before}::timestamptz)`);
  });
  await query(em, sql`delete from vehicle_position where recorded_at < ${before}`);
  await query(em, sql`delete from driver_position where recorded_at < ${before}`);
}
