import type { EntityManager } from '#shared/database/database.ts';
import { query } from '#shared/database/query.ts';
import { sql, uuids } from '#shared/database/sql.ts';
import { newId } from '#shared/ids.ts';
import { type Area, toZone } from '../domain/area.ts';
import type { Crossing, Fence } from '../domain/crossings.ts';
import type { Position } from '../domain/position.ts';

export interface NamedFence extends Fence {
  readonly name: string;
}

/** A vehicle that is inside a geofence. */
export interface Presence {
  readonly vehicleId: string;
  readonly geofenceId: string;
}

export interface RecordedCrossing extends Presence {
  readonly id: string;
  readonly kind: 'ENTER' | 'EXIT';
  /** Unix milliseconds. */
  readonly at: number;
}

export async function presences(em: EntityManager, vehicleIds: readonly string[]): Promise<Map<string, Set<string>>> {
  const rows = await query<Presence>(
    em,
    sql`select vehicle_id as "vehicleId", geofence_id as "geofenceId" from geofence_presence
      where vehicle_id = any(${uuids(vehicleIds)})`,
  );
  const byVehicle = Map.groupBy(rows, ({ vehicleId }) => vehicleId);
  return new Map([...byVehicle].map(([id, own]) => [id, new Set(own.map(({ geofenceId }) => geofenceId))]));
}

/** Recorded crossings of vehicles since the first of these positions of each, in order of time. */
export async function crossingsSince(em: EntityManager, starts: readonly Position[]): Promise<RecordedCrossing[]> {
  if (starts.length === 0) return [];
  const given = starts.map(({ vehicleId, recordedAt }) => ({ vehicleId, at: recordedAt }));
  const rows = await query<Omit<RecordedCrossing, 'at'> & { at: string }>(
    em,
    sql`select e.id, e.vehicle_id as "vehicleId", e.geofence_id as "geofenceId", e.kind, e.occurred_at as at
      from (select "vehicleId", min(at) as at
        from json_to_recordset(${JSON.stringify(given)}::json) as given ("vehicleId" uuid, at timestamptz) group by 1) w
      join geofence_event e on e.vehicle_id = w."vehicleId" and e.occurred_at >= w.at
      where e.geofence_id is not null order by e.occurred_at, e.id`,
  );
  return rows.map((row) => ({ ...row, at: Date.parse(row.at) }));
}

/** Fences whose bounds contain a position, and fences that vehicles are in. */
export async function fencesNear(
  em: EntityManager,
  positions: readonly Position[],
  known: readonly string[],
): Promise<Map<string, NamedFence>> {
  const places = JSON.stringify(positions.map(({ longitude: x, latitude: y }) => ({ x, y })));
  const rows = await query<{ id: string; name: string; area: Area; hysteresisMeters: number }>(
    em,
    sql`select id, name, area, hysteresis_meters as "hysteresisMeters" from geofence where id = any(${uuids(known)}) or id in (
        select a.geofence_id from json_to_recordset(${places}::json) as given (x float8, y float8)
        join geofence_area a on a.bounds @> point(given.x, given.y))
      order by id`,
  );
  return new Map(rows.map(({ area, ...fence }) => [fence.id, { ...fence, zone: toZone(area) }]));
}

export async function writePresences(
  em: EntityManager,
  entered: readonly object[],
  left: readonly object[],
): Promise<void> {
  if (left.length > 0)
    await query(
      em,
      sql`delete from geofence_presence p
        using json_to_recordset(${JSON.stringify(left)}::json) as given ("vehicleId" uuid, "geofenceId" uuid)
        where p.vehicle_id = "vehicleId" and p.geofence_id = "geofenceId"`,
    );
  if (entered.length > 0)
    await query(
      em,
      sql`insert into geofence_presence (vehicle_id, geofence_id, since) select "vehicleId", "geofenceId", since
        from json_to_recordset(${JSON.stringify(entered)}::json) as given ("vehicleId" uuid, "geofenceId" uuid, since timestamptz)`,
    );
}

export async function removeEvents(em: EntityManager, ids: readonly string[]): Promise<void> {
  if (ids.length > 0) await query(em, sql`delete from geofence_event where id = any(${uuids(ids)})`);
}

export async function writeEvents(
  em: EntityManager,
  crossings: readonly Crossing<Position>[],
  fences: ReadonlyMap<string, NamedFence>,
): Promise<void> {
  if (crossings.length === 0) return;
  const rows = crossings.map(({ fenceId, kind, position }) => ({
    id: newId(position.recordedAt.getTime()),
    geofence_id: fenceId,
    geofence_name: fences.get(fenceId)?.name,
    vehicle_id: position.vehicleId,
    driver_id: position.driverId,
    kind,
    occurred_at: position.recordedAt,
    latitude: position.latitude,
    longitude: position.longitude,
  }));
  await query(
    em,
    sql`insert into geofence_event select * from json_populate_recordset(null::geofence_event, ${JSON.stringify(rows)}::json)`,
  );
}
