import type { EntityManager } from '#shared/database/database.ts';
import { query } from '#shared/database/query.ts';
import { sql } from '#shared/database/sql.ts';

/**
 * Assessments of bookings and changes of the watchlist exclude each other. Otherwise an assessment could miss an entry
 * that is being added, while the change misses the booking. Bookings of different organizations run concurrently.
 * Bookings of one organization run one after the other, because they count each other.
 */
export async function lockForBooking(em: EntityManager, organizationId: string): Promise<void> {
  await query(
    em,
    sql`select pg_advisory_xact_lock_shared(hashtextextended('risk-watchlist', 0)),
      pg_advisory_xact_lock(hashtextextended(${organizationId}, 1))`,
  );
}

export async function lockWatchlist(em: EntityManager): Promise<void> {
  await query(em, sql`select pg_advisory_xact_lock(hashtextextended('risk-watchlist', 0))`);
}
