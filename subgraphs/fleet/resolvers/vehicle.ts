import { reachOf } from '#shared/identity/reach.ts';
import type { PageArguments } from '#shared/pages/connection.ts';
import type { FleetContext } from '../context.ts';
import type { Vehicle as VehicleRow } from '../entities.ts';
import { located } from './home.ts';

export const Vehicle = {
  __resolveReference: ({ id }: { id: string }, { loaders }: FleetContext) => loaders.vehicle.load(id),
  homeBase: ({ home }: VehicleRow) => located(home),
  driver: async ({ id }: VehicleRow, _args: unknown, { loaders }: FleetContext) => {
    const driverId = (await loaders.vehicleNow.load(id))?.driverId;
    return driverId ? loaders.driver.load(driverId) : null;
  },
  currentShipment: async ({ id }: VehicleRow, _args: unknown, { loaders }: FleetContext) => {
    const shipmentId = (await loaders.vehicleNow.load(id))?.shipmentId;
    return shipmentId ? { id: shipmentId } : null;
  },
  assignments: ({ id }: VehicleRow, page: PageArguments, { identity, loaders }: FleetContext) =>
    ['ALL', 'DRIVER'].includes(reachOf(identity).kind) ? loaders.assignmentsOfVehicle(id, page) : null,
};
