import type { EntityManager } from '#shared/database/database.ts';
import { newId } from '#shared/ids.ts';
import { type Area, zoneOf } from '../domain/area.ts';
import { type Crossing, detectCrossings, type Fence } from '../domain/crossings.ts';
import type { Position } from '../domain/position.ts';
import { jsonRows, uuidArray } from './sql.ts';

interface NamedFence extends Fence {
  readonly name: string;
}

/**
 * Finds and stores ENTER and EXIT of positions that move vehicles forward, and who is inside what afterwards.
 * @param before where each vehicle was; null for one that never reported
 */
export async function recordCrossings(
  em: EntityManager,
  fresh: readonly Position[],
  before: ReadonlyMap<string, Position | null>,
): Promise<void> {
  if (fresh.length === 0) return;
  const byVehicle = Map.groupBy(fresh, (position) => position.vehicleId);
  const inside = await presences(em, byVehicle.keys());
  const fences = await fencesNear(em, fresh, new Set([...inside.values()].flatMap((ids) => [...ids])));
  if (fences.size === 0) return;
  const all = [...fences.values()];
  const crossings: Crossing<Position>[] = [];
  const entered: { vehicle_id: string; geofence_id: string; since: Date }[] = [];
  const left: { vehicle_id: string; geofence_id: string }[] = [];
  for (const [vehicleId, positions] of byVehicle) {
    const was = inside.get(vehicleId) ?? new Set<string>();
    const passage = detectCrossings(all, before.get(vehicleId) ? was : null, positions);
    crossings.push(...passage.crossings);
    const since = positions.at(-1)?.recordedAt ?? new Date(0);
    for (const id of passage.inside.difference(was)) entered.push({ vehicle_id: vehicleId, geofence_id: id, since });
    for (const id of was.difference(passage.inside)) left.push({ vehicle_id: vehicleId, geofence_id: id });
  }
  await writePresences(em, entered, left);
  await writeEvents(em, crossings, fences);
}

async function presences(em: EntityManager, vehicleIds: Iterable<string>): Promise<Map<string, Set<string>>> {
  const rows = await em.execute<{ vehicle_id: string; geofence_id: string }[]>(
    'select vehicle_id, geofence_id from geofence_presence where vehicle_id = any(?::uuid[])',
    [uuidArray(vehicleIds)],
  );
  const byVehicle = Map.groupBy(rows, (row) => row.vehicle_id);
  return new Map([...byVehicle].map(([id, own]) => [id, new Set(own.map((row) => row.geofence_id))]));
}

/** Fences that a position may lie in, found by their bounds, and those that vehicles are in. */
async function fencesNear(
  em: EntityManager,
  positions: readonly Position[],
  known: ReadonlySet<string>,
): Promise<Map<string, NamedFence>> {
  const rows = await em.execute<{ id: string; name: string; area: Area; hysteresis_meters: number }[]>(
    `select id, name, area, hysteresis_meters from geofence where id = any(?::uuid[]) or id in (
       select a.geofence_id from json_to_recordset(?::json) as given(x float8, y float8)
       join geofence_area a on a.bounds @> point(given.x, given.y))
     order by id`,
    [uuidArray(known), jsonRows(positions.map(({ longitude: x, latitude: y }) => ({ x, y })))],
  );
  return new Map(
    rows.map(({ id, name, area, hysteresis_meters: hysteresisMeters }) => [
      id,
      { id, name, zone: zoneOf(area), hysteresisMeters },
    ]),
  );
}

async function writePresences(em: EntityManager, entered: readonly object[], left: readonly object[]): Promise<void> {
  if (left.length > 0)
    await em.execute(
      `delete from geofence_presence p using json_to_recordset(?::json) as given(vehicle_id uuid, geofence_id uuid)
       where p.vehicle_id = given.vehicle_id and p.geofence_id = given.geofence_id`,
      [jsonRows(left)],
    );
  if (entered.length > 0)
    await em.execute(
      `insert into geofence_presence (vehicle_id, geofence_id, since) select vehicle_id, geofence_id, since
       from json_to_recordset(?::json) as given(vehicle_id uuid, geofence_id uuid, since timestamptz)`,
      [jsonRows(entered)],
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
  await em.execute('insert into geofence_event select * from json_populate_recordset(null::geofence_event, ?::json)', [
    jsonRows(rows),
  ]);
}
