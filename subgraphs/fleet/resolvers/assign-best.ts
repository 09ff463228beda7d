import { mutation } from '#shared/graphql/mutation.ts';
import type { FleetContext } from '../context.ts';
import { assignBest as parse } from '../domain/assignment-input.ts';
import { assignBest as assign, type Choice, Undone } from '../store/assign-best.ts';

const assigned = mutation<FleetContext, ReturnType<typeof parse.parse>, readonly Choice[]>({
  parse,
  change: ({ transaction, caller, input, now }) => assign(transaction, caller, input, now),
  payload: (choices) => payloadOf(choices),
});

export const assignBest: typeof assigned = async (...call) => {
  try {
    return await assigned(...call);
  } catch (error) {
    if (error instanceof Undone) return payloadOf(error.choices);
    throw error;
  }
};

/** The refusals of the shipments come again in `userErrors`, with the index of the shipment. */
function payloadOf(results: readonly Choice[]) {
  const userErrors = results.flatMap((choice, index) =>
    choice.userErrors.map((error) => ({ ...error, field: ['shipmentIds', String(index)] })),
  );
  return { results, userErrors };
}

export const BestAssignment = {
  shipment: ({ shipmentId }: Choice) => ({ id: shipmentId }),
  driver: ({ driverId }: Choice, _args: unknown, { loaders }: FleetContext) =>
    driverId ? loaders.driver.load(driverId) : null,
  vehicle: ({ vehicleId }: Choice, _args: unknown, { loaders }: FleetContext) =>
    vehicleId ? loaders.vehicle.load(vehicleId) : null,
  assignment: ({ assignmentId }: Choice, _args: unknown, { loaders }: FleetContext) =>
    assignmentId ? loaders.assignment.load(assignmentId) : null,
};
