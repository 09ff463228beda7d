import { reachOf } from '#shared/identity/reach.ts';
import type { PageArguments } from '#shared/pages/connection.ts';
import type { FleetContext } from '../context.ts';
import type { Vehicle as VehicleRow } from '../entities.ts';
import { located } from './home.ts';

export const Vehicle = {
  __resolveReference: ({ id }: { id: string }, { loaders }: FleetContext) => loaders.vehicle.load(id),
  homeBase: ({ home }: VehicleRow) => located(home),
  driver: async ({ id }: VehicleRow, _args: unknown, { loaders }: FleetContext) => {
    const driving = await loaders.driverOfVehicleNow.load(id);
    return driving && loaders.driver.load(driving.driverId);
  },
  currentShipment: async ({ id }: VehicleRow, _args: unknown, { loaders }: FleetContext) => {
    const current = await loaders.assignmentOfVehicleNow.load(id);
    return current && { id: current.shipmentId };
  },
  assignments: ({ id }: VehicleRow, page: PageArguments, { identity, loaders }: FleetContext) =>
    ['ALL', 'DRIVER'].includes(reachOf(identity).kind) ? loaders.assignmentsOfVehicle(id, page) : null,
};
