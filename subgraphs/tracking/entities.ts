import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import type { Area } from './domain/area.ts';

/**
 * The tables that are used as entities. Positions and projections are written in bulk and read for many keys at once, by
 * SQL in the stores. migrations/0001-tracking.ts describes them.
 */
export const GeofenceEntity = defineEntity({
  name: 'Geofence',
  tableName: 'geofence',
  properties: {
    id: p.uuid().primary(),
    name: p.text(),
    /** The `textKey` of the name. */
    nameKey: p.text(),
    area: p.json<Area>(),
    hysteresisMeters: p.double(),
    version: p.integer(),
    createdAt: p.datetime(),
    updatedAt: p.datetime(),
  },
});
export type Geofence = InferEntity<typeof GeofenceEntity>;

export const GeofenceEventEntity = defineEntity({
  name: 'GeofenceEvent',
  tableName: 'geofence_event',
  properties: {
    id: p.uuid().primary(),
    /** Null after the geofence was deleted. */
    geofenceId: p.uuid().nullable(),
    geofenceName: p.text(),
    vehicleId: p.uuid(),
    driverId: p.uuid().nullable(),
    kind: p.text().$type<'ENTER' | 'EXIT'>(),
    occurredAt: p.datetime(),
    latitude: p.double(),
    longitude: p.double(),
  },
});
export type GeofenceEvent = InferEntity<typeof GeofenceEventEntity>;

export const entities = [GeofenceEntity, GeofenceEventEntity];
