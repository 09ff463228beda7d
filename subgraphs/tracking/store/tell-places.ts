import { query } from '#shared/database/query.ts';
import { sql, uuids } from '#shared/database/sql.ts';
import type { Transaction } from '#shared/database/transaction.ts';
import type { Position } from '../domain/position.ts';

/** Other subgraphs are told of a vehicle once in this time. At 80 km/h it drives 20 km meanwhile. */
const tellEveryMs = 15 * 60_000;

/**
 * Publishes `vehicles.located` for the vehicles that are due: one event and one statement for all of them.
 * @param moved the new current positions
 * @param toldAt when the position was recorded that was told last, by vehicle
 */
export async function tellPlaces(
  { em, emit }: Transaction,
  moved: readonly Position[],
  toldAt: ReadonlyMap<string, Date>,
  now: Date,
): Promise<void> {
  const due = moved.filter(
    ({ vehicleId, recordedAt }) => recordedAt.getTime() - (toldAt.get(vehicleId)?.getTime() ?? 0) >= tellEveryMs,
  );
  if (due.length === 0) return;
  const vehicleIds = due.map(({ vehicleId }) => vehicleId);
  await query(em, sql`update vehicle_position set told_at = recorded_at where vehicle_id = any(${uuids(vehicleIds)})`);
  await emit('vehicles.located', {
    at: now.toISOString(),
    vehicles: due.map(({ vehicleId, driverId, latitude, longitude, recordedAt }) => ({
      vehicleId,
      driverId,
      latitude,
      longitude,
      at: recordedAt.toISOString(),
    })),
  });
}
