import type { EntityManager } from '#shared/database/database.ts';
import { type Connection, type PageArguments, parsePage, toConnection } from '#shared/pages/connection.ts';
import { cursorParts } from '#shared/pages/cursor.ts';
import { type Bounds, rectanglesOf } from '../domain/area.ts';
import type { Position } from '../domain/position.ts';
import { type PositionRow, positionOf } from './position-row.ts';
import { type Fragment, jsonRows, uuidArray } from './sql.ts';
import { type Visibility, visibleCarriages, visiblePositions } from './visibility.ts';

/** Newest positions of vehicles. */
export async function positionsOfVehicles(
  em: EntityManager,
  visibility: Visibility,
  vehicleIds: readonly string[],
): Promise<Position[]> {
  const visible = visiblePositions(visibility, 'vehicle_id');
  const rows = await em.execute<PositionRow[]>(
    `select p.* from vehicle_position p where p.vehicle_id = any(?::uuid[]) and ${visible.sql}`,
    [uuidArray(vehicleIds), ...visible.params],
  );
  return rows.map(positionOf);
}

/** Newest positions of drivers, on whatever vehicle. */
export async function positionsOfDrivers(
  em: EntityManager,
  visibility: Visibility,
  driverIds: readonly string[],
): Promise<Position[]> {
  const visible = visiblePositions(visibility, 'driver_id');
  const rows = await em.execute<PositionRow[]>(
    `select p.* from driver_position p where p.driver_id = any(?::uuid[]) and ${visible.sql}`,
    [uuidArray(driverIds), ...visible.params],
  );
  return rows.map(positionOf);
}

export interface PositionOfShipment {
  readonly shipmentId: string;
  readonly position: Position;
}

/** Newest positions of the vehicles that carry these shipments now, recorded since the pickup. */
export async function positionsOfShipments(
  em: EntityManager,
  visibility: Visibility,
  shipmentIds: readonly string[],
): Promise<PositionOfShipment[]> {
  const visible = visibleCarriages(visibility);
  const rows = await em.execute<(PositionRow & { shipment_id: string })[]>(
    `select distinct on (c.shipment_id) c.shipment_id, p.*
     from carriage c join vehicle_position p on p.vehicle_id = c.vehicle_id and p.recorded_at >= c.from_at
     where c.shipment_id = any(?::uuid[]) and c.to_at is null and ${visible.sql}
     order by c.shipment_id, c.from_at desc`,
    [uuidArray(shipmentIds), ...visible.params],
  );
  return rows.map((row) => ({ shipmentId: row.shipment_id, position: positionOf(row) }));
}

export interface Moment {
  readonly vehicleId: string;
  readonly recordedAt: Date;
}

export interface Load extends Moment {
  readonly shipmentId: string;
}

/** Which shipment each vehicle carried at a moment. */
export async function loadsAt(em: EntityManager, visibility: Visibility, moments: readonly Moment[]): Promise<Load[]> {
  const visible = visibleCarriages(visibility);
  const rows = await em.execute<{ vehicle_id: string; recorded_at: string; shipment_id: string }[]>(
    `select distinct on (given.vehicle_id, given.recorded_at) given.vehicle_id, given.recorded_at, c.shipment_id
     from json_to_recordset(?::json) as given(vehicle_id uuid, recorded_at timestamptz)
     join carriage c on c.vehicle_id = given.vehicle_id and c.from_at <= given.recorded_at
       and (c.to_at is null or given.recorded_at < c.to_at)
     where ${visible.sql}
     order by given.vehicle_id, given.recorded_at, c.from_at desc`,
    [
      jsonRows(moments.map(({ vehicleId, recordedAt }) => ({ vehicle_id: vehicleId, recorded_at: recordedAt }))),
      ...visible.params,
    ],
  );
  return rows.map((row) => ({
    vehicleId: row.vehicle_id,
    recordedAt: new Date(row.recorded_at),
    shipmentId: row.shipment_id,
  }));
}

/** Newest positions of all vehicles, or of those within bounds, in the order of their ids. */
export async function listPositions(
  em: EntityManager,
  visibility: Visibility,
  within: Bounds | null,
  page: PageArguments,
): Promise<Connection<Position>> {
  const request = parsePage(page, [cursorParts.uuid]);
  const after = request.position?.[0] ?? null;
  const visible = visiblePositions(visibility, 'vehicle_id');
  const area = withinBounds(within);
  const [side, order] = request.direction === 'forward' ? ['>', 'asc'] : ['<', 'desc'];
  const beyond = after === null ? { sql: 'true', params: [] } : { sql: `p.vehicle_id ${side} ?`, params: [after] };
  const rows = await em.execute<PositionRow[]>(
    `select p.* from vehicle_position p where ${visible.sql} and ${area.sql} and ${beyond.sql} order by p.vehicle_id ${order} limit ?`,
    [...visible.params, ...area.params, ...beyond.params, request.limit],
  );
  return toConnection(request, rows.map(positionOf), {
    cursor: ({ vehicleId }) => [vehicleId],
    node: (position) => position,
    count: async () => {
      const [row] = await em.execute<{ count: string }[]>(
        `select count(*) from vehicle_position p where ${visible.sql} and ${area.sql}`,
        [...visible.params, ...area.params],
      );
      return Number(row?.count);
    },
  });
}

function withinBounds(bounds: Bounds | null): Fragment {
  if (!bounds) return { sql: 'true', params: [] };
  const rectangles = rectanglesOf(bounds);
  return {
    sql: `(${rectangles.map(() => '(p.latitude between ? and ? and p.longitude between ? and ?)').join(' or ')})`,
    params: rectangles.flatMap(({ south, north, west, east }) => [south, north, west, east]),
  };
}
