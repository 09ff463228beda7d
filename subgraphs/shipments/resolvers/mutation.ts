import type { z } from 'zod';
import { accountOf } from '#shared/context.ts';
import { payloadOf } from '#shared/errors.ts';
import type { AccountIdentity } from '#shared/identity.ts';
import type { Transaction } from '#shared/transaction.ts';
import type { ShipmentsContext } from '../context.ts';
import { parseInput } from '../domain/parse-input.ts';
import { createInput, updateInput } from '../domain/shipment-input.ts';
import { advanceInput, bookInput, cancelInput, commentInput, rateInput } from '../domain/step-input.ts';
import type { ShipmentRow } from '../entities.ts';
import { bookShipment } from '../store/booking.ts';
import { updateShipment } from '../store/change.ts';
import { createShipment } from '../store/create.ts';
import { rateShipment, writeComment } from '../store/feedback.ts';
import { importShipments } from '../store/import.ts';
import { advanceShipment, cancelShipment } from '../store/journey.ts';

type Input<T> = { readonly input: T };

/** Runs a change of a shipment; whatever its outcome, the payload carries the shipment as it stands then. */
async function changed(context: ShipmentsContext, id: string, run: () => Promise<object>) {
  const payload = await payloadOf(run);
  return { ...payload, shipment: await current(context, id) };
}

function current({ loaders }: ShipmentsContext, id: string): Promise<ShipmentRow | null> {
  loaders.clear();
  return loaders.shipments().load(id);
}

type Change<F> = (transaction: Transaction, identity: AccountIdentity, facts: F, now: Date) => Promise<void>;

/** The resolver of a mutation that checks its input and changes one shipment in one transaction. */
function changing<S extends z.ZodType>(schema: S, change: Change<z.infer<S>>) {
  return (_parent: unknown, { input }: Input<{ id: string }>, context: ShipmentsContext) =>
    changed(context, input.id, async () => {
      const facts = parseInput(schema, input);
      await context.transact((transaction) => change(transaction, accountOf(context), facts, context.clock()));
      return {};
    });
}

export const Mutation = {
  createShipment: (_parent: unknown, { input }: Input<unknown>, context: ShipmentsContext) =>
    payloadOf(async () => {
      const facts = parseInput(createInput, input);
      const id = await context.transact((transaction) =>
        createShipment(transaction, accountOf(context), facts, context.clock()),
      );
      return { shipment: await current(context, id) };
    }),
  updateShipment: changing(updateInput, updateShipment),
  bookShipment: changing(bookInput, bookShipment),
  cancelShipment: changing(cancelInput, cancelShipment),
  advanceShipment: changing(advanceInput, advanceShipment),
  rateShipment: (_parent: unknown, { input }: Input<{ shipmentId: string }>, context: ShipmentsContext) =>
    changed(context, input.shipmentId, async () => {
      const facts = parseInput(rateInput, input);
      await context.transact((transaction) => rateShipment(transaction, accountOf(context), facts, context.clock()));
      return { rating: () => context.loaders.ratings().load(facts.shipmentId) };
    }),
  commentOnShipment: (_parent: unknown, { input }: Input<{ shipmentId: string }>, context: ShipmentsContext) =>
    changed(context, input.shipmentId, async () => {
      const facts = parseInput(commentInput, input);
      const comment = await context.transact((transaction) =>
        writeComment(transaction, accountOf(context), facts, context.clock()),
      );
      return { comment };
    }),
  importShipments: async (_parent: unknown, { input }: Input<unknown>, context: ShipmentsContext) => ({
    imported: 0,
    alreadyImported: 0,
    refusals: [],
    ...(await payloadOf(() =>
      context.transact((transaction) => importShipments(transaction, accountOf(context), input, context.clock())),
    )),
  }),
};
