import { rowsFrom, rowsOf } from '#shared/database/rows.ts';
import { sql } from '#shared/database/sql.ts';
import type { Position } from '../domain/position.ts';
import { GeofenceEntity, GeofenceEventEntity } from '../entities.ts';

export const geofenceRows = rowsOf(GeofenceEntity);
export const geofenceEventRows = rowsOf(GeofenceEventEntity);

type RawPosition = Omit<Position, 'recordedAt' | 'receivedAt'> & {
  readonly recordedAt: string;
  readonly receivedAt: string;
};

/** Rows `t` of `vehicle_position` or `driver_position`. */
export const positionRows = rowsFrom<RawPosition, Position>(
  sql`t.vehicle_id as "vehicleId", t.driver_id as "driverId", t.recorded_at as "recordedAt", t.latitude, t.longitude,
    t.accuracy_meters as "accuracyMeters", t.speed_meters_per_second as "speedMetersPerSecond",
    t.heading_degrees as "headingDegrees", t.sequence, t.received_at as "receivedAt"`,
  ({ recordedAt, receivedAt, ...reading }) => ({
    ...reading,
    recordedAt: new Date(recordedAt),
    receivedAt: new Date(receivedAt),
  }),
);
