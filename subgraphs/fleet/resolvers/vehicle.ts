import { fieldsOf } from '#shared/graphql/columns.ts';
import { reachOf } from '#shared/identity/reach.ts';
import type { PageArguments } from '#shared/pages/connection.ts';
import type { FleetContext } from '../context.ts';
import type { Vehicle as VehicleRow } from '../entities.ts';
import { located } from './home.ts';

const vehicleField = fieldsOf<VehicleRow, FleetContext>();

export const Vehicle = {
  __resolveReference: ({ id }: { id: string }, { loaders }: FleetContext) => loaders.vehicle.load(id),
  homeBase: vehicleField(['home'], ({ home }) => located(home)),
  driver: vehicleField(['id'], async ({ id }, _args, { loaders }) => {
    const driverId = (await loaders.vehicleNow.load(id))?.driverId;
    return driverId ? loaders.driver.load(driverId) : null;
  }),
  currentShipment: vehicleField(['id'], async ({ id }, _args, { loaders }) => {
    const shipmentId = (await loaders.vehicleNow.load(id))?.shipmentId;
    return shipmentId ? { id: shipmentId } : null;
  }),
  assignments: vehicleField(['id'], ({ id }, page: PageArguments, { identity, loaders }) =>
    ['ALL', 'DRIVER'].includes(reachOf(identity).kind) ? loaders.assignmentsOfVehicle(id, page) : null,
  ),
};
