import { payloadOf, Refusal } from '#shared/errors/errors.ts';
import { type MutationResolver, mutation, notReady } from '#shared/graphql/mutation.ts';
import { parseInput } from '#shared/input/parse-input.ts';
import type { FleetContext } from '../context.ts';
import { assignBest as parse } from '../domain/assignment-input.ts';
import { assignBest as assign, type Choice, joinQueue, Overtaken, previewBest, Undone } from '../store/assign-best.ts';

const maxAttempts = 5;

/** One attempt. All after the first one queue up. */
const attempt = (isFirst: boolean) =>
  mutation<FleetContext, ReturnType<typeof parse.parse>, readonly Choice[]>({
    parse,
    after: ({ shipmentIds }) => shipmentIds,
    change: async ({ context, transaction, caller, input, now }) => {
      if (!isFirst) await joinQueue(transaction.em);
      const choices = await assign(transaction, caller, input.shipmentIds, now);
      transaction.afterCommit(() => context.recommendationCounts.assignedBest(choices.length));
      return choices;
    },
    payload: bestPayload,
  });
const [firstAttempt, nextAttempt] = [attempt(true), attempt(false)];

const assignAtOnce: MutationResolver<FleetContext> = async (...call) => {
  for (let count = 1; ; count++) {
    try {
      return await (count === 1 ? firstAttempt : nextAttempt)(...call);
    } catch (error) {
      if (error instanceof Overtaken && count < maxAttempts) continue;
      if (error instanceof Undone) return bestPayload(error.choices);
      throw error;
    }
  }
};

export const assignBest: MutationResolver<FleetContext> = (parent, args, context, info) =>
  payloadOf(async () => {
    const { shipmentIds, dryRun } = parseInput(parse, args.input);
    if (!dryRun) return assignAtOnce(parent, args, context, info);
    if (!(await context.catchUp(shipmentIds))) throw new Refusal(notReady);
    return bestPayload(await previewBest(context.em, shipmentIds, context.clock()));
  });

function bestPayload(results: readonly Choice[]) {
  return { results, userErrors: results.flatMap(({ userErrors }) => userErrors) };
}

export const BestAssignment = {
  /** Null for an unknown one, because its fields in other subgraphs would be errors. */
  shipment: ({ shipmentId, userErrors }: Choice) =>
    userErrors.some(({ code }) => code === 'NOT_FOUND') ? null : { id: shipmentId },
  driver: ({ driverId }: Choice, _args: unknown, { loaders }: FleetContext) =>
    driverId ? loaders.driver.load(driverId) : null,
  vehicle: ({ vehicleId }: Choice, _args: unknown, { loaders }: FleetContext) =>
    vehicleId ? loaders.vehicle.load(vehicleId) : null,
  assignment: ({ assignmentId }: Choice, _args: unknown, { loaders }: FleetContext) =>
    assignmentId ? loaders.assignment.load(assignmentId) : null,
};
