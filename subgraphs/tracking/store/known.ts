import type { EntityManager } from '#shared/database/database.ts';
import { query } from '#shared/database/query.ts';
import { sql, uuids } from '#shared/database/sql.ts';
import { isUuid } from '#shared/ids.ts';
import type { Duty } from '../domain/duty.ts';
import type { Position } from '../domain/position.ts';
import type { PositionReport } from '../domain/report.ts';
import { dutiesOf } from './duties.ts';
import { positionRows } from './rows.ts';

export interface Known {
  /** Vehicles in service, each with its current position. */
  readonly vehicles: ReadonlyMap<string, Position | null>;
  /** When the position was recorded that other subgraphs were told last, by vehicle. */
  readonly toldAt: ReadonlyMap<string, Date>;
  /** Active drivers that the batch names, each with the current position. */
  readonly drivers: ReadonlyMap<string, Position | null>;
  readonly duties: ReadonlyMap<string, readonly Duty[]>;
}

/** Locks the vehicles of a batch until the commit, in the order of their ids, and reads what decides over its positions. */
export async function lockAndRead(
  em: EntityManager,
  reports: readonly PositionReport[],
  from: Date,
  to: Date,
): Promise<Known> {
  const vehicleIds = idsIn(reports.map(({ vehicleId }) => vehicleId));
  const driverIds = idsIn(reports.flatMap(({ driverId }) => driverId ?? []));
  const vehicles = await query<{ id: string }>(
    em,
    sql`select vehicle_id as id from vehicle where vehicle_id = any(${uuids(vehicleIds)}) and active
      order by vehicle_id for no key update`,
  );
  // Read after the lock is taken, so that positions of a concurrent report are included.
  const positions = await positionRows.read<{ toldAt: string | null }>(
    em,
    sql`select ${positionRows.columns('t')}, t.told_at as "toldAt" from vehicle_position t where t.vehicle_id = any(${uuids(vehicleIds)})`,
  );
  const drivers = driverIds.length === 0 ? [] : await readDrivers(em, driverIds);
  const current = new Map(positions.map((position) => [position.vehicleId, position]));
  return {
    vehicles: new Map(vehicles.map(({ id }) => [id, current.get(id) ?? null])),
    toldAt: new Map(positions.flatMap(({ vehicleId, toldAt }) => (toldAt ? [[vehicleId, new Date(toldAt)]] : []))),
    drivers: new Map(drivers),
    duties: await dutiesOf(em, vehicleIds, from, to),
  };
}

/** Active drivers, each with the current position. */
async function readDrivers(em: EntityManager, ids: readonly string[]): Promise<[string, Position | null][]> {
  const rows = await positionRows.read<{ id: string }>(
    em,
    sql`select d.driver_id as id, ${positionRows.columns('t')} from driver d left join driver_position t using (driver_id)
      where d.driver_id = any(${uuids(ids)}) and d.active`,
  );
  return rows.map(({ id, ...position }) => [id, position.vehicleId ? position : null]);
}

/** Distinct ids, as PostgreSQL writes them. Texts that are no ids are left out. */
function idsIn(texts: readonly string[]): string[] {
  return [...new Set(texts.map((text) => text.toLowerCase()))].filter(isUuid);
}
