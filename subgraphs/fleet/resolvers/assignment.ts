import { isStaff } from '#shared/identity/identity.ts';
import { reachOf } from '#shared/identity/reach.ts';
import type { FleetContext } from '../context.ts';
import type { Assignment as AssignmentRow, Incident, Shift as ShiftRow } from '../entities.ts';

/** The shipment of a record. A driver stops seeing it when its assignment to that driver is released. */
async function visibleShipment(id: string, { identity, loaders }: FleetContext) {
  if (reachOf(identity).kind !== 'DRIVER') return { id };
  const own = await loaders.assignmentOfShipment.load(id);
  return own && own.state !== 'RELEASED' ? { id } : null;
}

export const Assignment = {
  shipment: ({ shipmentId, state }: AssignmentRow, _args: unknown, context: FleetContext) =>
    state === 'RELEASED' ? visibleShipment(shipmentId, context) : { id: shipmentId },
  driver: ({ driverId }: AssignmentRow, _args: unknown, { loaders }: FleetContext) => loaders.driver.load(driverId),
  vehicle: ({ vehicleId }: AssignmentRow, _args: unknown, { loaders }: FleetContext) => loaders.vehicle.load(vehicleId),
  assignedBy: ({ assignedByAccountId }: AssignmentRow, _args: unknown, { identity }: FleetContext) =>
    isStaff(identity) ? { id: assignedByAccountId } : null,
};

export const Shift = {
  driver: ({ driverId }: ShiftRow, _args: unknown, { loaders }: FleetContext) => loaders.driver.load(driverId),
  vehicle: ({ vehicleId }: ShiftRow, _args: unknown, { loaders }: FleetContext) =>
    vehicleId ? loaders.vehicle.load(vehicleId) : null,
};

/** A driver may rest on the way, so a load that is underway is worth a warning, not a refusal. */
export const ShiftPayload = {
  warnings: async ({ shift }: { readonly shift?: ShiftRow | null }, _args: unknown, { loaders }: FleetContext) => {
    if (!shift?.endedAt) return [];
    const underway = await loaders.underwayAssignmentsOfDriver.load(shift.driverId);
    return underway.map((assignment) => ({
      code: 'LOAD_UNDERWAY',
      message: `${assignment.reference} is ${assignment.loadState} and stays assigned to this driver.`,
      assignment,
    }));
  },
};

export const SafetyIncident = {
  driver: ({ driverId }: Incident, _args: unknown, { loaders }: FleetContext) => loaders.driver.load(driverId),
  vehicle: ({ vehicleId }: Incident, _args: unknown, { loaders }: FleetContext) =>
    vehicleId ? loaders.vehicle.load(vehicleId) : null,
  shipment: ({ shipmentId }: Incident, _args: unknown, context: FleetContext) =>
    shipmentId ? visibleShipment(shipmentId, context) : null,
};
