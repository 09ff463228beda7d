import { greatCircleMeters } from '#shared/geo/sphere.ts';
import { textKey } from '#shared/input/text-key.ts';
import { type Area, toRectangles, toZone } from '../../subgraphs/tracking/domain/area.ts';
import type { Position } from '../../subgraphs/tracking/domain/position.ts';
import type { SeedWriter } from '../seeding/write-seeds.ts';
import type { Shipment, World } from '../world.ts';
import { positionsOf } from './tracking/past-positions.ts';

const dayMs = 86_400_000;
/** Loads that ended earlier are not written: retention would have removed their positions. */
const rememberedMs = 30 * dayMs;
const hubRadiusMeters = 8_000;

/** Writes carriages, positions of vehicles, routes of the loads on the road, and geofences around the hubs. */
export async function seed(tables: SeedWriter, world: World): Promise<void> {
  const remembered = world.shipments.filter(
    ({ risk, statusChangedAt }) => risk && statusChangedAt.getTime() > world.now.getTime() - rememberedMs,
  );
  await seedProjections(tables, world, remembered);
  const positions = positionsOf(world);
  await tables.execute('select ensure_position_partitions($1::timestamptz, $2::timestamptz)', [
    new Date(Math.min(world.now.getTime(), ...earliestOf(positions))),
    world.now,
  ]);
  await tables.copy(
    'position_history',
    positions.map((position) => ({ ...positionRow(position), doubtful: false })),
  );
  await tables.copy(
    'vehicle_position',
    // The seed of fleet knows these places.
    lastOfVehicles(positions).map((position) => ({ ...positionRow(position), told_at: position.recordedAt })),
  );
  await tables.copy('driver_position', newest(positions, ({ driverId }) => driverId).map(positionRow));
  await seedHubs(tables, world, lastOfVehicles(positions));
}

async function seedProjections(tables: SeedWriter, world: World, remembered: readonly Shipment[]): Promise<void> {
  const since = (at: Date) => ({ active: true, changed_at: at });
  await tables.copy(
    'vehicle',
    world.vehicles.map(({ id, createdAt }) => ({ vehicle_id: id, ...since(createdAt) })),
  );
  await tables.copy(
    'driver',
    world.drivers.map(({ id, hiredAt }) => ({ driver_id: id, ...since(hiredAt) })),
  );
  await tables.copy('load', remembered.map(loadRow));
  await tables.copy(
    'assignment',
    remembered.flatMap(({ id, assignment }) =>
      assignment
        ? {
            assignment_id: assignment.id,
            shipment_id: id,
            driver_id: assignment.driverId,
            vehicle_id: assignment.vehicleId,
            assigned_at: assignment.assignedAt,
            starts_at: assignment.startsAt,
            released_at: assignment.releasedAt,
          }
        : [],
    ),
  );
}

function loadRow(shipment: Shipment): Record<string, unknown> {
  const origin = shipment.stops[0];
  const destination = shipment.stops.at(-1);
  const ended = shipment.status === 'DELIVERED' || shipment.status === 'CANCELLED';
  return {
    shipment_id: shipment.id,
    organization_id: shipment.organizationId,
    // Every later event has a newer version than the seed.
    facts_version: 0,
    origin_latitude: origin?.latitude,
    origin_longitude: origin?.longitude,
    destination_latitude: destination?.latitude,
    destination_longitude: destination?.longitude,
    distance_meters: shipment.distanceMeters,
    picked_up_at: shipment.pickedUpAt,
    ended_at: ended ? shipment.statusChangedAt : null,
  };
}

function positionRow(position: Position): Record<string, unknown> {
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

function earliestOf(positions: readonly Position[]): number[] {
  return positions.length === 0
    ? []
    : [positions.reduce((least, { recordedAt }) => Math.min(least, recordedAt.getTime()), Number.POSITIVE_INFINITY)];
}

/** The newest position of each vehicle. */
export function lastOfVehicles(positions: readonly Position[]): Position[] {
  return newest(positions, ({ vehicleId }) => vehicleId);
}

function newest(positions: readonly Position[], keyOf: (position: Position) => string | null): Position[] {
  const byKey = new Map<string, Position>();
  for (const position of positions) {
    const key = keyOf(position);
    if (key !== null && position.recordedAt >= (byKey.get(key)?.recordedAt ?? 0)) byKey.set(key, position);
  }
  return [...byKey.values()];
}

async function seedHubs(tables: SeedWriter, { hubs, now }: World, current: readonly Position[]): Promise<void> {
  const fences = hubs.map((hub) => {
    const center = { latitude: hub.latitude, longitude: hub.longitude };
    const area: Area = { kind: 'CIRCLE', center, radiusMeters: hubRadiusMeters };
    return { id: hub.id, name: `Hub ${hub.code}: ${hub.city}`, area, center };
  });
  await tables.copy(
    'geofence',
    fences.map(({ id, name, area }) => ({
      id,
      name,
      name_key: textKey(name),
      area,
      hysteresis_meters: 200,
      version: 1,
      created_at: now,
      updated_at: now,
    })),
  );
  await tables.copy(
    'geofence_area',
    fences.flatMap(({ id, area }) =>
      toRectangles(toZone(area).bounds).map(({ south, west, north, east }) => ({
        geofence_id: id,
        bounds: `(${east},${north}),(${west},${south})`,
      })),
    ),
  );
  await tables.copy(
    'geofence_presence',
    current.flatMap((position) =>
      fences
        .filter(({ center }) => greatCircleMeters(center, position) <= hubRadiusMeters)
        .map(({ id }) => ({ vehicle_id: position.vehicleId, geofence_id: id, since: position.recordedAt })),
    ),
  );
}
