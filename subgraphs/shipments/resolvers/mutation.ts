import type { z } from 'zod';
import { type Outcome, once } from '#shared/database/idempotency.ts';
import type { Transaction } from '#shared/database/transaction.ts';
import { payloadOf } from '#shared/errors/errors.ts';
import { accountOf } from '#shared/graphql/context.ts';
import type { AccountIdentity } from '#shared/identity/identity.ts';
import { parseInput } from '#shared/input/parse-input.ts';
import type { ShipmentsContext } from '../context.ts';
import { importInput } from '../domain/import-input.ts';
import { createInput, updateInput } from '../domain/shipment-input.ts';
import { advanceInput, bookInput, cancelInput, commentInput, rateInput } from '../domain/step-input.ts';
import type { ShipmentRow } from '../entities.ts';
import { bookShipment } from '../store/booking.ts';
import { updateShipment } from '../store/change.ts';
import { createShipment } from '../store/create.ts';
import { rateShipment, writeComment } from '../store/feedback.ts';
import { importShipments } from '../store/import.ts';
import { advanceShipment, cancelShipment } from '../store/journey.ts';
import { commentRows } from '../store/rows.ts';

type Input<T> = { readonly input: T };

/** Runs a change of a shipment. The payload contains the current shipment, also after a refusal. */
async function changed(context: ShipmentsContext, id: string, run: () => Promise<object>) {
  const payload = await payloadOf(run);
  return { ...payload, shipment: await current(context, id) };
}

function current({ loaders }: ShipmentsContext, id: string): Promise<ShipmentRow | null> {
  loaders.clear();
  return loaders.shipments().load(id);
}

type Change<F, O> = (transaction: Transaction, identity: AccountIdentity, facts: F, now: Date) => Promise<O>;

interface Keyed {
  readonly idempotencyKey?: string | null;
}

/** Runs a change in one transaction, once per idempotency key. */
function makeOnce<F extends Keyed, O extends Outcome>(
  context: ShipmentsContext,
  mutation: string,
  facts: F,
  change: Change<F, O>,
): Promise<O> {
  const identity = accountOf(context);
  const call = { accountId: identity.accountId, mutation, key: facts.idempotencyKey, input: facts };
  return context.transact((transaction) =>
    once(transaction, call, () => change(transaction, identity, facts, context.clock())),
  );
}

/** Creates the resolver of a mutation that parses its input and changes one shipment. */
function changing<S extends z.ZodType<Keyed>>(mutation: string, schema: S, change: Change<z.infer<S>, void>) {
  return (_parent: unknown, { input }: Input<{ id: string }>, context: ShipmentsContext) =>
    changed(context, input.id, async () => {
      await makeOnce(context, mutation, parseInput(schema, input), change);
      return {};
    });
}

export const Mutation = {
  createShipment: (_parent: unknown, { input }: Input<unknown>, context: ShipmentsContext) =>
    payloadOf(async () => {
      const id = await makeOnce(context, 'createShipment', parseInput(createInput, input), createShipment);
      return { shipment: await current(context, id) };
    }),
  updateShipment: changing('updateShipment', updateInput, updateShipment),
  bookShipment: changing('bookShipment', bookInput, bookShipment),
  cancelShipment: changing('cancelShipment', cancelInput, cancelShipment),
  advanceShipment: changing('advanceShipment', advanceInput, advanceShipment),
  rateShipment: (_parent: unknown, { input }: Input<{ shipmentId: string }>, context: ShipmentsContext) =>
    changed(context, input.shipmentId, async () => {
      const facts = parseInput(rateInput, input);
      await makeOnce(context, 'rateShipment', facts, rateShipment);
      return { rating: () => context.loaders.ratings().load(facts.shipmentId) };
    }),
  commentOnShipment: (_parent: unknown, { input }: Input<{ shipmentId: string }>, context: ShipmentsContext) =>
    changed(context, input.shipmentId, async () => {
      const id = await makeOnce(context, 'commentOnShipment', parseInput(commentInput, input), writeComment);
      const [comment] = await commentRows.readBy(context.em, 'id', [id]);
      return { comment };
    }),
  importShipments: async (_parent: unknown, { input }: Input<unknown>, context: ShipmentsContext) => ({
    imported: 0,
    alreadyImported: 0,
    refusals: [],
    ...(await payloadOf(() => makeOnce(context, 'importShipments', parseInput(importInput, input), importShipments))),
  }),
};
