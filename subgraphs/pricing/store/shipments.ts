import { query } from '#shared/database/query.ts';
import { sql } from '#shared/database/sql.ts';
import type { Transaction } from '#shared/database/transaction.ts';
import type { EventPayload } from '#shared/events/topics.ts';
import { withdrawQuotes } from './quotes.ts';

/**
 * Stores what pricing needs of a shipment, unless a newer version is known. Quotes of an earlier load are withdrawn: their
 * price was made, and maybe accepted, for other equipment, stops, windows or goods.
 */
export async function storeShipment(
  transaction: Transaction,
  {
    shipmentId,
    organizationId,
    equipment,
    distanceMeters,
    volumeM3,
    origin,
    createdAt,
    version = 0,
    loadVersion,
  }: EventPayload<'shipment.created'>,
  now: Date,
): Promise<void> {
  const { em } = transaction;
  const meters = Math.round(distanceMeters);
  const [before] = await query<{ version: number; sameLoad: boolean }>(
    em,
    sql`select version,
        (organization_id, equipment, distance_meters, volume_m3, origin_region)
        = (${organizationId}::uuid, ${equipment}::text, ${meters}::int, ${volumeM3}::float8, ${origin.region}::text) as "sameLoad"
      from priced_shipment where id = ${shipmentId} for update`,
  );
  if (before && version < before.version) return;
  await query(
    em,
    sql`insert into priced_shipment
        (id, organization_id, equipment, distance_meters, volume_m3, origin_region, created_at, closed, version)
      values (${shipmentId}, ${organizationId}, ${equipment}, ${meters}, ${volumeM3}, ${origin.region}, ${createdAt}, false, ${version})
      on conflict (id) do update set organization_id = excluded.organization_id, equipment = excluded.equipment,
        distance_meters = excluded.distance_meters, volume_m3 = excluded.volume_m3,
        origin_region = excluded.origin_region, version = excluded.version`,
  );
  if (!before) return;
  // Events of earlier releases do not tell when the load changed: then what the price depends on decides.
  const load = loadVersion ?? (before.sameLoad ? 0 : version);
  await withdrawQuotes(transaction, { shipmentId, loadVersion: load }, now);
}

/** Closes a cancelled shipment: it gets no quotes any more. */
export async function closeShipment({ em }: Transaction, shipmentId: string): Promise<void> {
  await query(em, sql`update priced_shipment set closed = true where id = ${shipmentId}`);
}
