import type { EntityManager } from '#shared/database/database.ts';
import { query } from '#shared/database/query.ts';
import { sql } from '#shared/database/sql.ts';

/** Creates the tables of this month's and the next month's positions, so that no report has to. */
export async function createPositionPartitions(em: EntityManager): Promise<void> {
  await query(em, sql`select ensure_position_partitions(now(), now())`);
}
