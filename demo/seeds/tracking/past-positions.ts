import type { Point } from '#shared/geo/sphere.ts';
import type { Position } from '../../../subgraphs/tracking/domain/position.ts';
import type { Hub, Shipment, Vehicle, VehicleId, World } from '../../world.ts';
import { journeyOf, parkedAt } from './past-journey.ts';

/** The journey of each vehicle that carries a load, and one position of each vehicle that does not. */
export function positionsOf(world: World): Position[] {
  const carried = loadsByVehicle(world.shipments);
  const lastStops = lastStopOfVehicles(world.shipments);
  const hubs = new Map(world.hubs.map((hub) => [hub.id, hub]));
  return world.vehicles.flatMap((vehicle, index) => {
    const load = carried.get(vehicle.id);
    if (load) return journeyOf(load, world.now);
    return parkedAt(vehicle.id, lastStops.get(vehicle.id) ?? homeOf(vehicle, hubs), world.now, index);
  });
}

/** The current load of each vehicle: the one whose assignment began last. */
export function loadsByVehicle(shipments: readonly Shipment[]): Map<VehicleId, Shipment> {
  const open = shipments.flatMap((shipment) =>
    shipment.pickedUpAt && shipment.assignment?.state === 'ACTIVE'
      ? [{ shipment, assignment: shipment.assignment }]
      : [],
  );
  open.sort((left, right) => left.assignment.startsAt.getTime() - right.assignment.startsAt.getTime());
  return new Map(open.map(({ shipment, assignment }) => [assignment.vehicleId, shipment]));
}

function lastStopOfVehicles(shipments: readonly Shipment[]): Map<VehicleId, Point> {
  const delivered = shipments
    .filter(({ status }) => status === 'DELIVERED')
    .sort((left, right) => left.statusChangedAt.getTime() - right.statusChangedAt.getTime());
  return new Map(
    delivered.flatMap(({ assignment, stops }) => {
      const last = stops.at(-1);
      return assignment && last ? [[assignment.vehicleId, last] as const] : [];
    }),
  );
}

function homeOf(vehicle: Vehicle, hubs: ReadonlyMap<string, Hub>): Point {
  const hub = hubs.get(vehicle.homeHubId);
  if (!hub) throw new RangeError(`vehicle ${vehicle.id} has no home hub`);
  return hub;
}
