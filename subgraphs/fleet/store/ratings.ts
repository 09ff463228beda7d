import type { EntityManager } from '#shared/database/database.ts';
import { query } from '#shared/database/query.ts';
import { sql } from '#shared/database/sql.ts';

/**
 * Stores the rating of a shipment. @returns the rating that it replaces, as a corrected rating counts by its difference
 */
export async function keepRating(
  em: EntityManager,
  rating: { shipmentId: string; driverId: string; stars: number; at: Date },
): Promise<{ stars: number; at: Date } | null> {
  const { shipmentId, driverId, stars, at } = rating;
  const [known] = await query<{ stars: number; ratedAt: string }>(
    em,
    sql`select stars, rated_at as "ratedAt" from rating where shipment_id = ${shipmentId} for update`,
  );
  await query(
    em,
    sql`insert into rating (shipment_id, driver_id, stars, rated_at) values (${shipmentId}, ${driverId}, ${stars}, ${at})
      on conflict (shipment_id) do update set stars = excluded.stars`,
  );
  return known ? { stars: known.stars, at: new Date(known.ratedAt) } : null;
}
