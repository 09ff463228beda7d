import { bulkInsert } from '#shared/bulk.ts';
import type { EntityManager } from '#shared/database.ts';
import type { Carriage } from '../domain/carriage.ts';
import { uuidArray } from './columns.ts';

export interface CarriageRow extends Carriage {
  readonly shipmentId: string;
}

const iso = (column: string) => `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

/**
 * What is known of these loads, locked until the commit. A load not known yet gets an empty row first: of two writers
 * the second then waits for the first, and sees what it wrote.
 */
export async function lockCarriages(
  em: EntityManager,
  shipmentIds: readonly string[],
): Promise<ReadonlyMap<string, Carriage>> {
  if (shipmentIds.length === 0) return new Map();
  const ids = uuidArray(shipmentIds);
  const fresh = await em.execute<{ shipment_id: string }[]>(
    `insert into carriage (shipment_id) select id from unnest(?::uuid[]) as ids (id) order by id
     on conflict do nothing returning shipment_id`,
    [ids],
  );
  if (fresh.length === shipmentIds.length) return new Map();
  const rows = await em.execute<CarriageRow[]>(
    `select shipment_id as "shipmentId", driver_id as "driverId",
            ${iso('picked_up_at')} as "pickedUpAt", ${iso('ended_at')} as "endedAt"
       from carriage where shipment_id = any(?::uuid[]) order by shipment_id for update`,
    [ids],
  );
  return new Map(rows.map(({ shipmentId, ...carriage }) => [shipmentId, carriage]));
}

export async function writeCarriages(em: EntityManager, rows: readonly CarriageRow[]): Promise<void> {
  await bulkInsert(
    em,
    'carriage',
    rows.map(({ shipmentId, driverId, pickedUpAt, endedAt }) => ({
      shipment_id: shipmentId,
      driver_id: driverId,
      picked_up_at: pickedUpAt,
      ended_at: endedAt,
    })),
    `on conflict (shipment_id) do update
     set driver_id = excluded.driver_id, picked_up_at = excluded.picked_up_at, ended_at = excluded.ended_at`,
  );
}
