import type { EntityManager } from '#shared/database/database.ts';
import type { Transaction } from '#shared/database/transaction.ts';
import { liveTopics } from '#shared/events/topics.ts';
import type { Position } from '../domain/position.ts';
import { encodeMove } from './live.ts';
import { positionColumns, positionsParameter, rowOf } from './position-row.ts';
import { jsonRows } from './sql.ts';

/** @returns the positions that were new, in order of time; of two equal ones in a batch the first is taken */
export async function addToHistory(em: EntityManager, positions: readonly Position[]): Promise<Position[]> {
  const different = new Map(positions.toReversed().map((position) => [keyOf(position), position]));
  if (different.size === 0) return [];
  const rows = await em.execute<{ vehicle_id: string; recorded_at: string }[]>(
    `insert into position_history (${positionColumns}) select ${positionColumns} from ${positionsParameter}
     on conflict do nothing returning vehicle_id, recorded_at`,
    [jsonRows([...different.values()].map(rowOf))],
  );
  return rows
    .flatMap((row) => different.get(keyOf({ vehicleId: row.vehicle_id, recordedAt: new Date(row.recorded_at) })) ?? [])
    .sort((left, right) => left.recordedAt.getTime() - right.recordedAt.getTime());
}

function keyOf({ vehicleId, recordedAt }: { vehicleId: string; recordedAt: Date }): string {
  return `${vehicleId}|${recordedAt.getTime()}`;
}

/** Moves current positions on, never back, and tells those who watch. */
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

/** Positions arrive in order of time: the last of each key stays. Sorted by key, so that no two reporters deadlock. */
function newest(positions: readonly Position[], keyOfPosition: (position: Position) => string | null): Position[] {
  const byKey = new Map<string, Position>();
  for (const position of positions) {
    const key = keyOfPosition(position);
    if (key !== null) byKey.set(key, position);
  }
  return [...byKey].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, position]) => position);
}

const assignments = positionColumns
  .split(', ')
  .map((column) => `${column} = excluded.${column}`)
  .join(', ');

async function upsert(
  em: EntityManager,
  table: 'vehicle_position' | 'driver_position',
  key: 'vehicle_id' | 'driver_id',
  positions: readonly Position[],
): Promise<void> {
  if (positions.length === 0) return;
  await em.execute(
    `insert into ${table} (${positionColumns}) select ${positionColumns} from ${positionsParameter}
     on conflict (${key}) do update set ${assignments} where ${table}.recorded_at < excluded.recorded_at`,
    [jsonRows(positions.map(rowOf))],
  );
}
