import { query } from '#shared/database/query.ts';
import { sql } from '#shared/database/sql.ts';
import type { Transaction } from '#shared/database/transaction.ts';
import type { EventPayload } from '#shared/events/topics.ts';

/** Keeps where vehicles were last. Events may arrive twice or in any order. */
export async function rememberPlaces({ em }: Transaction, event: EventPayload<'vehicles.located'>): Promise<void> {
  const given = JSON.stringify(event.vehicles);
  await query(
    em,
    sql`insert into vehicle_place (vehicle_id, driver_id, latitude, longitude, seen_at)
      select "vehicleId", "driverId", latitude, longitude, at from json_to_recordset(${given}::json)
        as given ("vehicleId" uuid, "driverId" uuid, latitude float8, longitude float8, at timestamptz)
      order by "vehicleId"
      on conflict (vehicle_id) do update set driver_id = excluded.driver_id, latitude = excluded.latitude,
        longitude = excluded.longitude, seen_at = excluded.seen_at
      where vehicle_place.seen_at < excluded.seen_at`,
  );
}
