import type { EntityManager } from '#shared/database/database.ts';

/**
 * Keeps the rating of a shipment. @returns the one it replaces: a corrected rating changes the score by the difference
 */
export async function keepRating(
  em: EntityManager,
  rating: { shipmentId: string; driverId: string; stars: number; at: Date },
): Promise<{ stars: number; at: Date } | null> {
  const { shipmentId, driverId, stars, at } = rating;
  const [known] = await em.execute<{ stars: number; rated_at: string }[]>(
    'select stars, rated_at from rating where shipment_id = ? for update',
    [shipmentId],
  );
  await em.execute(
    `insert into rating (shipment_id, driver_id, stars, rated_at) values (?, ?, ?, ?)
     on conflict (shipment_id) do update set stars = excluded.stars`,
    [shipmentId, driverId, stars, at],
  );
  return known ? { stars: known.stars, at: new Date(known.rated_at) } : null;
}
