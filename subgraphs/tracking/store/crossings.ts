import type { EntityManager } from '#shared/database/database.ts';
import { query } from '#shared/database/query.ts';
import { sql } from '#shared/database/sql.ts';
import { newId } from '#shared/ids.ts';
import { type Area, toZone } from '../domain/area.ts';
import { type Crossing, detectCrossings, type Fence } from '../domain/crossings.ts';
import type { Position } from '../domain/position.ts';

interface NamedFence extends Fence {
  readonly name: string;
}

/** A vehicle that is inside a geofence. */
interface Presence {
  readonly vehicleId: string;
  readonly geofenceId: string;
}

/**
 * Finds and stores the ENTER and EXIT events of new positions, and which vehicles are inside which fences afterwards.
 * @param before position of each vehicle before; null for a vehicle that never reported
 */
export async function recordCrossings(
  em: EntityManager,
  fresh: readonly Position[],
  before: ReadonlyMap<string, Position | null>,
): Promise<void> {
  if (fresh.length === 0) return;
  const byVehicle = Map.groupBy(fresh, (position) => position.vehicleId);
  const inside = await presences(em, [...byVehicle.keys()]);
  const fences = await fencesNear(em, fresh, [...new Set([...inside.values()].flatMap((ids) => [...ids]))]);
  if (fences.size === 0) return;
  const all = [...fences.values()];
  const crossings: Crossing<Position>[] = [];
  const entered: (Presence & { since: Date })[] = [];
  const left: Presence[] = [];
  for (const [vehicleId, positions] of byVehicle) {
    const was = inside.get(vehicleId) ?? new Set<string>();
    const passage = detectCrossings(all, before.get(vehicleId) ? was : null, positions);
    crossings.push(...passage.crossings);
    const since = positions.at(-1)?.recordedAt ?? new Date(0);
    for (const id of passage.inside.difference(was)) entered.push({ vehicleId, geofenceId: id, since });
    for (const id of was.difference(passage.inside)) left.push({ vehicleId, geofenceId: id });
  }
  await writePresences(em, entered, left);
  await writeEvents(em, crossings, fences);
}

async function presences(em: EntityManager, vehicleIds: readonly string[]): Promise<Map<string, Set<string>>> {
  const rows = await query<Presence>(
    em,
    sql`select vehicle_id as "vehicleId", geofence_id as "geofenceId" from geofence_presence
      where vehicle_id = any(${vehicleIds}::uuid[])`,
  );
  const byVehicle = Map.groupBy(rows, ({ vehicleId }) => vehicleId);
  return new Map([...byVehicle].map(([id, own]) => [id, new Set(own.map(({ geofenceId }) => geofenceId))]));
}

/** Fences whose bounds contain a position, and fences that vehicles are in. */
async function fencesNear(
  em: EntityManager,
  positions: readonly Position[],
  known: readonly string[],
): Promise<Map<string, NamedFence>> {
  const places = JSON.stringify(positions.map(({ longitude: x, latitude: y }) => ({ x, y })));
  const rows = await query<{ id: string; name: string; area: Area; hysteresisMeters: number }>(
    em,
    sql`select id, name, area, hysteresis_meters as "hysteresisMeters" from geofence where id = any(${known}::uuid[]) or id in (
        select a.geofence_id from json_to_recordset(${places}::json) as given (x float8, y float8)
        join geofence_area a on a.bounds @> point(given.x, given.y))
      order by id`,
  );
  return new Map(rows.map(({ area, ...fence }) => [fence.id, { ...fence, zone: toZone(area) }]));
}

async function writePresences(em: EntityManager, entered: readonly object[], left: readonly object[]): Promise<void> {
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

async function writeEvents(
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
