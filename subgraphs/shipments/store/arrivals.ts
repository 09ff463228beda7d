import type { EntityManager } from '#shared/database/database.ts';
import { query } from '#shared/database/query.ts';
import { sql } from '#shared/database/sql.ts';
import type { EventPayload } from '#shared/events/topics.ts';
import { underwayStatuses } from '../domain/status.ts';

/**
 * Stores the newest estimate of each shipment on the road. Events may arrive twice, out of order, and after the delivery.
 * The lock makes a delivery wait, so that no estimate outlives it.
 */
export async function rememberArrivals(
  em: EntityManager,
  { arrivals }: EventPayload<'arrivals.estimated'>,
): Promise<void> {
  await query(
    em,
    sql`with underway as (
        select id from shipment where id = any(${arrivals.map(({ shipmentId }) => shipmentId)}::uuid[])
          and status = any(${underwayStatuses}::text[]) order by id for key share)
      insert into arrival_estimate (shipment_id, arrives_at, latest_at, located_at)
      select id, "arrivesAt", "latestAt", at from underway
        join json_to_recordset(${JSON.stringify(arrivals)}::json)
          as given ("shipmentId" uuid, "arrivesAt" timestamptz, "latestAt" timestamptz, at timestamptz) on "shipmentId" = id
      on conflict (shipment_id) do update set arrives_at = excluded.arrives_at, latest_at = excluded.latest_at,
        located_at = excluded.located_at where arrival_estimate.located_at < excluded.located_at`,
  );
}

/** Removes the estimate of a shipment that has arrived or was cancelled. */
export async function forgetArrival(em: EntityManager, shipmentId: string): Promise<void> {
  await query(em, sql`delete from arrival_estimate where shipment_id = ${shipmentId}`);
}
