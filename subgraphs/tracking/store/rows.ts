import { rowsFrom, rowsOf } from '#shared/database/rows.ts';
import type { Position } from '../domain/position.ts';
import { GeofenceEntity, GeofenceEventEntity } from '../entities.ts';

export const geofenceRows = rowsOf(GeofenceEntity);
export const geofenceEventRows = rowsOf(GeofenceEventEntity);

/** Rows of the tables of positions. */
export const positionRows = rowsFrom<Position>(
  {
    vehicleId: 'vehicle_id',
    driverId: 'driver_id',
    recordedAt: 'recorded_at',
    latitude: 'latitude',
    longitude: 'longitude',
    accuracyMeters: 'accuracy_meters',
    speedMetersPerSecond: 'speed_meters_per_second',
    headingDegrees: 'heading_degrees',
    sequence: 'sequence',
    receivedAt: 'received_at',
  },
  ['recordedAt', 'receivedAt'],
);
