import type { EntityManager } from '#shared/database/database.ts';
import { type List, onlyColumns, pageOf, readPage } from '#shared/database/list.ts';
import { query } from '#shared/database/query.ts';
import type { Columns, Rows } from '#shared/database/rows.ts';
import { anyOf, arrayOf, type Sql, sql, uuids } from '#shared/database/sql.ts';
import type { Reach } from '#shared/identity/reach.ts';
import type { Connection, PageArguments } from '#shared/pages/connection.ts';
import { type Bounds, toRectangles } from '../domain/area.ts';
import type { Position } from '../domain/position.ts';
import { positionRows } from './rows.ts';
import { visibleCarriages, visiblePositions } from './visibility.ts';

/*
 * Each function reads the given rows of positions, so that a request reads only the columns that it needs.
 */

/** Newest positions of vehicles. */
export function positionsOfVehicles<R>(
  em: EntityManager,
  reach: Reach,
  vehicleIds: readonly string[],
  rows: Rows<R>,
): Promise<R[]> {
  return rows.read(
    em,
    sql`select ${rows.columns('t')} from vehicle_position t
      where t.vehicle_id = any(${uuids(vehicleIds)}) and ${visiblePositions(reach, 'vehicle_id')}`,
  );
}

/** Newest positions of drivers, with any vehicle. */
export function positionsOfDrivers<R>(
  em: EntityManager,
  reach: Reach,
  driverIds: readonly string[],
  rows: Rows<R>,
): Promise<R[]> {
  return rows.read(
    em,
    sql`select ${rows.columns('t')} from driver_position t
      where t.driver_id = any(${uuids(driverIds)}) and ${visiblePositions(reach, 'driver_id')}`,
  );
}

interface OfShipment {
  readonly shipmentId: string;
}

/** Newest positions of the vehicles that carry these shipments now, recorded since the pickup. */
export function positionsOfShipments<R>(
  em: EntityManager,
  reach: Reach,
  shipmentIds: readonly string[],
  rows: Rows<R>,
): Promise<(R & OfShipment)[]> {
  return rows.read<OfShipment>(
    em,
    sql`select distinct on (c.shipment_id) c.shipment_id as "shipmentId", ${rows.columns('t')}
      from carriage c join vehicle_position t on t.vehicle_id = c.vehicle_id and t.recorded_at >= c.from_at
      where c.shipment_id = any(${uuids(shipmentIds)}) and c.to_at is null and ${visibleCarriages(reach)}
      order by c.shipment_id, c.from_at desc`,
  );
}

export interface Moment {
  readonly vehicleId: string;
  readonly recordedAt: Date;
}

export interface Load extends Moment {
  readonly shipmentId: string;
}

/** The shipments that vehicles carried at these moments. */
export async function loadsAt(em: EntityManager, reach: Reach, moments: readonly Moment[]): Promise<Load[]> {
  const vehicleIds = moments.map(({ vehicleId }) => vehicleId);
  const times = moments.map(({ recordedAt }) => recordedAt);
  const rows = await query<{ vehicleId: string; recordedAt: string; shipmentId: string }>(
    em,
    sql`select distinct on (given.vehicle_id, given.at) given.vehicle_id as "vehicleId", given.at as "recordedAt",
        c.shipment_id as "shipmentId"
      from unnest(${uuids(vehicleIds)}, ${arrayOf(times, 'timestamptz')}) as given (vehicle_id, at)
      join carriage c on c.vehicle_id = given.vehicle_id and c.from_at <= given.at and (c.to_at is null or given.at < c.to_at)
      where ${visibleCarriages(reach)}
      order by given.vehicle_id, given.at, c.from_at desc`,
  );
  return rows.map((row) => ({ ...row, recordedAt: new Date(row.recordedAt) }));
}

const positions: List<Position> = {
  rows: positionRows,
  from: sql`vehicle_position t`,
  order: [{ expression: 't.vehicle_id', kind: 'uuid', property: 'vehicleId' }],
  descending: false,
};

/** Newest positions of all vehicles, or of those within bounds, in the order of their ids. */
export function listPositions(
  em: EntityManager,
  reach: Reach,
  within: Bounds | null,
  page: PageArguments,
  columns: Columns,
): Promise<Connection<Pick<Position, 'vehicleId'>>> {
  const list = onlyColumns(positions, columns, ['vehicleId']);
  const where = [visiblePositions(reach, 'vehicle_id'), ...(within ? [isWithin(within)] : [])];
  return readPage(em, list, where, pageOf(list, page));
}

function isWithin(bounds: Bounds): Sql {
  return anyOf(
    toRectangles(bounds).map(
      ({ south, west, north, east }) =>
        sql`t.latitude between ${south} and ${north} and t.longitude between ${west} and ${east}`,
    ),
  );
}
