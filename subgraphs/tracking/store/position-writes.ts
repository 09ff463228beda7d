import type { EntityManager } from '#shared/database/database.ts';
import { query } from '#shared/database/query.ts';
import { raw, type Sql, sql } from '#shared/database/sql.ts';
import type { Transaction } from '#shared/database/transaction.ts';
import { liveTopics } from '#shared/events/topics.ts';
import type { Position } from '../domain/position.ts';
import { encodeMove } from './live.ts';
import { positionRows } from './rows.ts';

const columns =
  'vehicle_id, driver_id, recorded_at, latitude, longitude, accuracy_meters, speed_meters_per_second, heading_degrees, sequence, received_at';
const into = raw(columns);
const empty = raw('');

/** Positions as rows with these columns and maybe a further one, from one parameter. */
function rowsOfPositions(positions: readonly Position[], further: Sql = empty): Sql {
  return sql`select "vehicleId", "driverId", "recordedAt", latitude, longitude, "accuracyMeters", "speedMetersPerSecond",
      "headingDegrees", sequence, "receivedAt" ${further === empty ? empty : sql`, ${further}`}
    from json_to_recordset(${JSON.stringify(positions)}::json) as given ("vehicleId" uuid, "driverId" uuid,
      "recordedAt" timestamptz, latitude float8, longitude float8, "accuracyMeters" real, "speedMetersPerSecond" real,
      "headingDegrees" real, sequence int, "receivedAt" timestamptz, doubtful bool)`;
}

/**
 * Adds positions to the history, doubtful ones with their mark.
 * @param positions with different keys, in order of time
 * @returns the new ones
 */
export async function addToHistory(
  em: EntityManager,
  positions: readonly Position[],
  doubtful: ReadonlySet<Position>,
): Promise<Position[]> {
  if (positions.length === 0) return [];
  const rows =
    doubtful.size === 0 ? positions : positions.map((position) => ({ ...position, doubtful: doubtful.has(position) }));
  const added = await query<{ vehicleId: string; recordedAt: string }>(
    em,
    sql`insert into position_history (${into}, doubtful) ${rowsOfPositions(rows, sql`coalesce(doubtful, false)`)}
      on conflict do nothing returning vehicle_id as "vehicleId", recorded_at as "recordedAt"`,
  );
  if (added.length === positions.length) return [...positions];
  const keys = new Set(added.map((row) => keyOf({ ...row, recordedAt: new Date(row.recordedAt) })));
  return positions.filter((position) => keys.has(keyOf(position)));
}

/** Stored positions with the keys of these, by key. */
export async function storedAt(em: EntityManager, positions: readonly Position[]): Promise<Map<string, Position>> {
  if (positions.length === 0) return new Map();
  const rows = await positionRows.read(
    em,
    sql`select ${positionRows.columns('t')} from (${rowsOfPositions(positions)}) given
      join position_history t on t.vehicle_id = "vehicleId" and t.recorded_at = "recordedAt"`,
  );
  return new Map(rows.map((row) => [keyOf(row), row]));
}

/** Removes the mark of doubtful positions that others proved right. */
export async function clearDoubts(em: EntityManager, positions: readonly Position[]): Promise<void> {
  if (positions.length === 0) return;
  await query(
    em,
    sql`update position_history h set doubtful = false from (${rowsOfPositions(positions)}) given
      where h.vehicle_id = "vehicleId" and h.recorded_at = "recordedAt" and h.doubtful`,
  );
}

export function keyOf({ vehicleId, recordedAt }: { vehicleId: string; recordedAt: Date }): string {
  return `${vehicleId}|${recordedAt.getTime()}`;
}

/**
 * Moves current positions forward, never back, and announces them to subscribers.
 * @param plausible positions in order of time
 * @param fresh those that are newer than the current one of their vehicle
 * @returns the new current position of each vehicle that moved
 */
export async function moveForward(
  { em, announce }: Transaction,
  plausible: readonly Position[],
  fresh: readonly Position[],
): Promise<Position[]> {
  const ofVehicles = newest(fresh, (position) => position.vehicleId);
  const ofDrivers = newest(plausible, (position) => position.driverId);
  await upsert(em, 'vehicle_position', 'vehicle_id', ofVehicles);
  await upsert(em, 'driver_position', 'driver_id', ofDrivers);
  for (const position of ofVehicles) announce(liveTopics.vehiclePosition(position.vehicleId), encodeMove(position));
  return ofVehicles;
}

/** The last position of each key, as positions are in order of time. Sorted by key, so that concurrent reports do not deadlock. */
function newest(positions: readonly Position[], keyOfPosition: (position: Position) => string | null): Position[] {
  const byKey = new Map<string, Position>();
  for (const position of positions) {
    const key = keyOfPosition(position);
    if (key !== null) byKey.set(key, position);
  }
  return [...byKey].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, position]) => position);
}

const assignments = raw(
  columns
    .split(', ')
    .map((column) => `${column} = excluded.${column}`)
    .join(', '),
);

async function upsert(
  em: EntityManager,
  table: 'vehicle_position' | 'driver_position',
  key: 'vehicle_id' | 'driver_id',
  positions: readonly Position[],
): Promise<void> {
  if (positions.length === 0) return;
  await query(
    em,
    sql`insert into ${raw(table)} (${into}) ${rowsOfPositions(positions)}
      on conflict (${raw(key)}) do update set ${assignments} where ${raw(table)}.recorded_at < excluded.recorded_at`,
  );
}
