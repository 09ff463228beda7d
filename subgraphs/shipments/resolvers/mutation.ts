import type { z } from 'zod';
import { type MutationResolver, mutation, type Scope } from '#shared/graphql/mutation.ts';
import type { ShipmentsContext } from '../context.ts';
import { importInput, rowLabel } from '../domain/import-input.ts';
import { type CreateInput, createInput, updateInput } from '../domain/shipment-input.ts';
import { advanceInput, bookInput, cancelInput, commentInput, rateInput } from '../domain/step-input.ts';
import { bookShipment } from '../store/booking.ts';
import { updateShipment } from '../store/change.ts';
import { createShipment } from '../store/create.ts';
import { rateShipment, writeComment } from '../store/feedback.ts';
import { importShipments } from '../store/import.ts';
import { advanceShipment, cancelShipment } from '../store/journey.ts';
import { commentRows } from '../store/rows.ts';
import { findShipments } from '../store/shipments.ts';

type Change<S extends z.ZodType> = Scope<ShipmentsContext, z.output<S>>;

/** An input that names a shipment, maybe by the deprecated field. */
interface NamedShipment {
  readonly shipmentId?: string | null;
  readonly id?: string | null;
}

/** Adds the current shipment to a payload that has none, also after a refusal. */
function withShipment(resolve: MutationResolver<ShipmentsContext>) {
  return async (
    parent: unknown,
    args: { readonly input: NamedShipment },
    context: ShipmentsContext,
    info: { fieldName: string },
  ) => {
    const payload = await resolve(parent, args, context, info);
    if ('shipment' in payload) return payload;
    return { ...payload, shipment: await context.loaders.shipment.load(args.input.shipmentId ?? args.input.id ?? '') };
  };
}

/** The payload of a change that may be a dry run: the shipment as it is until the change is rolled back. */
async function dryPayload(
  _done: unknown,
  {
    context,
    transaction: { em },
    input,
  }: Scope<ShipmentsContext, { readonly shipmentId: string; readonly dryRun?: boolean | null | undefined }>,
): Promise<object> {
  if (!input.dryRun) return {};
  const [shipment] = await findShipments(em, context.identity, [input.shipmentId], context.columns('Shipment'));
  return { shipment };
}

export const Mutation = {
  createShipment: mutation({
    parse: createInput,
    after: ({ organizationId }: CreateInput) => (organizationId ? [organizationId] : []),
    change: ({ transaction, caller, input, now }: Change<typeof createInput>) =>
      createShipment(transaction, caller, input, now),
    payload: (id, { context }) => ({ shipment: () => context.loaders.shipment.load(id) }),
  }),
  updateShipment: withShipment(
    mutation({
      parse: updateInput,
      change: ({ transaction, caller, input, now }) => updateShipment(transaction, caller, input, now),
      payload: () => ({}),
    }),
  ),
  bookShipment: withShipment(
    mutation({
      parse: bookInput,
      change: ({ transaction, caller, input, now }) => bookShipment(transaction, caller, input, now),
      payload: dryPayload,
    }),
  ),
  cancelShipment: withShipment(
    mutation({
      parse: cancelInput,
      change: ({ transaction, caller, input, now }) => cancelShipment(transaction, caller, input, now),
      payload: dryPayload,
    }),
  ),
  advanceShipment: withShipment(
    mutation({
      parse: advanceInput,
      after: ({ shipmentId }) => [shipmentId],
      change: ({ transaction, caller, input, now }) => advanceShipment(transaction, caller, input, now),
      payload: () => ({}),
    }),
  ),
  rateShipment: withShipment(
    mutation({
      parse: rateInput,
      change: ({ transaction, caller, input, now }: Change<typeof rateInput>) =>
        rateShipment(transaction, caller, input, now),
      payload: (_done, { context, input }) => ({ rating: () => context.loaders.rating.load(input.shipmentId) }),
    }),
  ),
  commentOnShipment: withShipment(
    mutation({
      parse: commentInput,
      change: ({ transaction, caller, input, now }) => writeComment(transaction, caller, input, now),
      payload: async (id, { transaction: { em } }) => ({ comment: (await commentRows.readBy(em, 'id', [id]))[0] }),
    }),
  ),
  importShipments: withEmptyImport(
    mutation({
      parse: importInput,
      change: ({ transaction, caller, input, now }) => importShipments(transaction, caller, input, now),
      payload: ({ refusals, ...counts }, { input }) => ({
        ...counts,
        refusals: refusals.map(({ row, ...refusal }) => ({ ...refusal, ...rowLabel.parse(input.rows[row]) })),
      }),
    }),
  ),
};

/** Adds the figures of an import that was refused. */
function withEmptyImport(resolve: MutationResolver<ShipmentsContext>): MutationResolver<ShipmentsContext> {
  return async (...args) => ({ imported: 0, alreadyImported: 0, refusals: [], ...(await resolve(...args)) });
}
