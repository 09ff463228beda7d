import type { EntityManager } from '#shared/database/database.ts';
import { query } from '#shared/database/query.ts';
import { sql } from '#shared/database/sql.ts';
import { revocationMs } from '#shared/identity/access-snapshot.ts';
import { idleDays } from '../domain/refresh-token.ts';

const batchSize = 1_000;

/**
 * Deletes sessions that have ended or were not used for too long, once their last access token has expired. A session that has
 * reached its maximum age can't be used, so it is deleted, too.
 */
export async function deleteOldSessions(em: EntityManager, now = new Date()): Promise<void> {
  const revokedBefore = new Date(now.getTime() - revocationMs);
  const usedBefore = new Date(revokedBefore.getTime() - idleDays * 86_400_000);
  for (let deleted = batchSize; deleted === batchSize; ) {
    const rows = await query(
      em,
      sql`delete from session where id in (
        select id from session where revoked_at < ${revokedBefore} or refreshed_at < ${usedBefore}
        limit ${batchSize} for update skip locked) returning true`,
    );
    deleted = rows.length;
  }
}
