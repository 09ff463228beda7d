import { fieldsOf } from '#shared/graphql/columns.ts';
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

const assignmentField = fieldsOf<AssignmentRow, FleetContext>();
export const Assignment = {
  shipment: assignmentField(['shipmentId', 'state'], ({ shipmentId, state }, _args, context) =>
    state === 'RELEASED' ? visibleShipment(shipmentId, context) : { id: shipmentId },
  ),
  driver: assignmentField(['driverId'], ({ driverId }, _args, { loaders }) => loaders.driver.load(driverId)),
  vehicle: assignmentField(['vehicleId'], ({ vehicleId }, _args, { loaders }) => loaders.vehicle.load(vehicleId)),
  assignedBy: assignmentField(['assignedByAccountId'], ({ assignedByAccountId }, _args, { identity }) =>
    isStaff(identity) ? { id: assignedByAccountId } : null,
  ),
};

const shiftField = fieldsOf<ShiftRow, FleetContext>();
export const Shift = {
  driver: shiftField(['driverId'], ({ driverId }, _args, { loaders }) => loaders.driver.load(driverId)),
  vehicle: shiftField(['vehicleId'], ({ vehicleId }, _args, { loaders }) =>
    vehicleId ? loaders.vehicle.load(vehicleId) : null,
  ),
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

const incidentField = fieldsOf<Incident, FleetContext>();
export const SafetyIncident = {
  driver: incidentField(['driverId'], ({ driverId }, _args, { loaders }) => loaders.driver.load(driverId)),
  vehicle: incidentField(['vehicleId'], ({ vehicleId }, _args, { loaders }) =>
    vehicleId ? loaders.vehicle.load(vehicleId) : null,
  ),
  shipment: incidentField(['shipmentId'], ({ shipmentId }, _args, context) =>
    shipmentId ? visibleShipment(shipmentId, context) : null,
  ),
};
