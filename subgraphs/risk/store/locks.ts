import type { EntityManager } from '#shared/database/database.ts';

/**
 * Bookings and changes of the watchlist exclude each other: a booking that is being assessed does not see an entry that
 * is being added, nor is it seen by its search. Bookings among themselves go on side by side, except those of one
 * organization, which have to count each other.
 */
export async function lockForBooking(em: EntityManager, organizationId: string): Promise<void> {
  await em.execute(
    `select pg_advisory_xact_lock_shared(hashtextextended('risk-watchlist', 0)),
      pg_advisory_xact_lock(hashtextextended(?, 1))`,
    [organizationId],
  );
}

export async function lockWatchlist(em: EntityManager): Promise<void> {
  await em.execute(`select pg_advisory_xact_lock(hashtextextended('risk-watchlist', 0))`);
}
