import type { Position } from '../domain/position.ts';

/** A position as the tables hold it; timestamps arrive as text. */
export interface PositionRow {
  readonly vehicle_id: string;
  readonly driver_id: string | null;
  readonly recorded_at: string;
  readonly latitude: number;
  readonly longitude: number;
  readonly accuracy_meters: number;
  readonly speed_meters_per_second: number | null;
  readonly heading_degrees: number | null;
  readonly sequence: number | null;
  readonly received_at: string;
}

export const positionColumns =
  'vehicle_id, driver_id, recorded_at, latitude, longitude, accuracy_meters, speed_meters_per_second, heading_degrees, sequence, received_at';

const typedColumns =
  'vehicle_id uuid, driver_id uuid, recorded_at timestamptz, latitude float8, longitude float8, accuracy_meters real, speed_meters_per_second real, heading_degrees real, sequence int, received_at timestamptz';

/** A table of positions out of one JSON parameter. */
export const positionsParameter = `json_to_recordset(?::json) as given(${typedColumns})`;

export function positionOf(row: PositionRow): Position {
  return {
    vehicleId: row.vehicle_id,
    driverId: row.driver_id,
    recordedAt: new Date(row.recorded_at),
    latitude: row.latitude,
    longitude: row.longitude,
    accuracyMeters: row.accuracy_meters,
    speedMetersPerSecond: row.speed_meters_per_second,
    headingDegrees: row.heading_degrees,
    sequence: row.sequence,
    receivedAt: new Date(row.received_at),
  };
}

export function rowOf(position: Position): Record<keyof PositionRow, unknown> {
  return {
    vehicle_id: position.vehicleId,
    driver_id: position.driverId,
    recorded_at: position.recordedAt,
    latitude: position.latitude,
    longitude: position.longitude,
    accuracy_meters: position.accuracyMeters,
    speed_meters_per_second: position.speedMetersPerSecond,
    heading_degrees: position.headingDegrees,
    sequence: position.sequence,
    received_at: position.receivedAt,
  };
}
