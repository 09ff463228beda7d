import type { EntityManager } from '#shared/database/database.ts';
import { query } from '#shared/database/query.ts';
import { raw, type Sql, sql, uuids } from '#shared/database/sql.ts';
import { earthRadiusMeters, type Point } from '#shared/geo/sphere.ts';
import type { Reach } from '#shared/identity/reach.ts';
import { type Journey, recentSpeed } from '../domain/eta.ts';
import { visibleCarriages } from './visibility.ts';

export interface JourneyOfShipment {
  readonly shipmentId: string;
  readonly journey: Journey;
}

const recently = raw(`interval '${recentSpeed.withinMs} ms'`);

/** Metres per second since the previous position (haversine), for devices that report no speed. Null at the first position. */
const hopSpeed = raw(`2 * ${earthRadiusMeters} * asin(sqrt(least(1,
    sind((h.latitude - lag(h.latitude) over way) / 2) ^ 2
    + cosd(h.latitude) * cosd(lag(h.latitude) over way) * sind((h.longitude - lag(h.longitude) over way) / 2) ^ 2)))
  / nullif(extract(epoch from h.recorded_at - lag(h.recorded_at) over way), 0)`);

interface JourneyRow {
  readonly shipment_id: string;
  readonly origin_latitude: number | null;
  readonly origin_longitude: number | null;
  readonly destination_latitude: number | null;
  readonly destination_longitude: number | null;
  readonly distance_meters: number | null;
  readonly latitude: number | null;
  readonly longitude: number | null;
  readonly recorded_at: string | null;
  readonly recent_speed: number | null;
  readonly moving_fixes: number | null;
}

/** The journeys of the shipments that are on the road now. Other shipments have no row. */
export function journeysOfShipments(
  em: EntityManager,
  reach: Reach,
  shipmentIds: readonly string[],
): Promise<JourneyOfShipment[]> {
  return journeysWhere(em, sql`c.shipment_id = any(${uuids(shipmentIds)}) and ${visibleCarriages(reach)}`);
}

/** The journeys of the shipments that these vehicles carry now. The conditions on `l` are those of an index. */
export function journeysOfVehicles(em: EntityManager, vehicleIds: readonly string[]): Promise<JourneyOfShipment[]> {
  const onTheRoad = sql`l.picked_up_at is not null and l.ended_at is null`;
  return journeysWhere(em, sql`${onTheRoad} and c.vehicle_id = any(${uuids(vehicleIds)})`);
}

async function journeysWhere(em: EntityManager, condition: Sql): Promise<JourneyOfShipment[]> {
  const rows = await query<JourneyRow>(
    em,
    sql`select distinct on (c.shipment_id) c.shipment_id, l.origin_latitude, l.origin_longitude,
       l.destination_latitude, l.destination_longitude, l.distance_meters,
       p.latitude, p.longitude, p.recorded_at, s.recent_speed, s.moving_fixes
     from carriage c join load l using (shipment_id)
     left join vehicle_position p on p.vehicle_id = c.vehicle_id and p.recorded_at >= c.from_at
     left join lateral (
       select avg(speed) as recent_speed, count(*)::int as moving_fixes from (
         select coalesce(h.speed_meters_per_second, ${hopSpeed}) as speed
         from position_history h
         where h.vehicle_id = c.vehicle_id and not h.doubtful and h.recorded_at > p.recorded_at - ${recently}
           and h.recorded_at <= p.recorded_at and h.recorded_at >= c.from_at
         window way as (order by h.recorded_at)
       ) speeds where speed >= ${recentSpeed.leastMetersPerSecond}
     ) s on true
     where ${condition} and c.to_at is null
     order by c.shipment_id, c.from_at desc`,
  );
  return rows.map((row) => ({ shipmentId: row.shipment_id, journey: journeyOf(row) }));
}

function journeyOf(row: JourneyRow): Journey {
  const here = placeOf(row.latitude, row.longitude);
  return {
    origin: placeOf(row.origin_latitude, row.origin_longitude),
    destination: placeOf(row.destination_latitude, row.destination_longitude),
    plannedMeters: row.distance_meters,
    position: here && row.recorded_at ? { ...here, recordedAt: new Date(row.recorded_at) } : null,
    recentSpeedMetersPerSecond: (row.moving_fixes ?? 0) >= recentSpeed.leastCount ? row.recent_speed : null,
  };
}

function placeOf(latitude: number | null, longitude: number | null): Point | null {
  return latitude === null || longitude === null ? null : { latitude, longitude };
}
