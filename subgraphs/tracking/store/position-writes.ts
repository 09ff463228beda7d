import type { EntityManager } from '#shared/database/database.ts';
import { query } from '#shared/database/query.ts';
import { raw, type Sql, sql } from '#shared/database/sql.ts';
import type { Transaction } from '#shared/database/transaction.ts';
import { liveTopics } from '#shared/events/topics.ts';
import type { Position } from '../domain/position.ts';
import { encodeMove } from './live.ts';

const columns =
  'vehicle_id, driver_id, recorded_at, latitude, longitude, accuracy_meters, speed_meters_per_second, heading_degrees, sequence, received_at';
const into = raw(columns);

/** Positions as rows with these columns, from one parameter. */
function rowsOfPositions(positions: readonly Position[]): Sql {
  return sql`select "vehicleId", "driverId", "recordedAt", latitude, longitude, "accuracyMeters", "speedMetersPerSecond",
      "headingDegrees", sequence, "receivedAt"
    from json_to_recordset(${JSON.stringify(positions)}::json) as given ("vehicleId" uuid, "driverId" uuid,
      "recordedAt" timestamptz, latitude float8, longitude float8, "accuracyMeters" real, "speedMetersPerSecond" real,
      "headingDegrees" real, sequence int, "receivedAt" timestamptz)`;
}

/** @returns the new positions, in order of time; of two positions with the same key in a batch, the first is stored */
export async function addToHistory(em: EntityManager, positions: readonly Position[]): Promise<Position[]> {
  const different = new Map(positions.toReversed().map((position) => [keyOf(position), position]));
  if (different.size === 0) return [];
  const rows = await query<{ vehicleId: string; recordedAt: string }>(
    em,
    sql`insert into position_history (${into}) ${rowsOfPositions([...different.values()])}
      on conflict do nothing returning vehicle_id as "vehicleId", recorded_at as "recordedAt"`,
  );
  return rows
    .flatMap(({ vehicleId, recordedAt }) => different.get(keyOf({ vehicleId, recordedAt: new Date(recordedAt) })) ?? [])
    .sort((left, right) => left.recordedAt.getTime() - right.recordedAt.getTime());
}

function keyOf({ vehicleId, recordedAt }: { vehicleId: string; recordedAt: Date }): string {
  return `${vehicleId}|${recordedAt.getTime()}`;
}

/** Moves current positions forward, never back, and announces them to subscribers. */
export async function moveForward(
  { em, announce }: Transaction,
  accepted: readonly Position[],
  fresh: readonly Position[],
): Promise<void> {
  const ofVehicles = newest(fresh, (position) => position.vehicleId);
  const ofDrivers = newest(accepted, (position) => position.driverId);
  await upsert(em, 'vehicle_position', 'vehicle_id', ofVehicles);
  await upsert(em, 'driver_position', 'driver_id', ofDrivers);
  for (const position of ofVehicles) announce(liveTopics.vehiclePosition(position.vehicleId), encodeMove(position));
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
