import type { EntityManager } from '#shared/database/database.ts';
import { query } from '#shared/database/query.ts';
import { sql } from '#shared/database/sql.ts';

/**
 * Bookings and changes of the watchlist exclude each other: a booking that is being assessed does not see an entry that
 * is being added, nor is it seen by its search. Bookings among themselves go on side by side, except those of one
 * organization, which have to count each other.
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
