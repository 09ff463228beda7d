import { isStaff } from '#shared/identity.ts';
import type { FleetContext } from '../context.ts';
import type { Assignment as AssignmentRow, Incident, Shift as ShiftRow } from '../entities.ts';

export const Assignment = {
  shipment: ({ shipmentId }: AssignmentRow) => ({ id: shipmentId }),
  driver: ({ driverId }: AssignmentRow, _args: unknown, { loaders }: FleetContext) => loaders.drivers.load(driverId),
  vehicle: ({ vehicleId }: AssignmentRow, _args: unknown, { loaders }: FleetContext) =>
    loaders.vehicles.load(vehicleId),
  assignedBy: ({ assignedByAccountId }: AssignmentRow, _args: unknown, { identity }: FleetContext) =>
    isStaff(identity) ? { id: assignedByAccountId } : null,
};

export const Shift = {
  driver: ({ driverId }: ShiftRow, _args: unknown, { loaders }: FleetContext) => loaders.drivers.load(driverId),
  vehicle: ({ vehicleId }: ShiftRow, _args: unknown, { loaders }: FleetContext) =>
    vehicleId ? loaders.vehicles.load(vehicleId) : null,
};

export const SafetyIncident = {
  driver: ({ driverId }: Incident, _args: unknown, { loaders }: FleetContext) => loaders.drivers.load(driverId),
  vehicle: ({ vehicleId }: Incident, _args: unknown, { loaders }: FleetContext) =>
    vehicleId ? loaders.vehicles.load(vehicleId) : null,
  shipment: ({ shipmentId }: Incident) => (shipmentId ? { id: shipmentId } : null),
};
