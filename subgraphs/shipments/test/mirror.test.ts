import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { EventName, EventPayload } from '#shared/events/topics.ts';
import { newId } from '#shared/ids.ts';
import {
  arrive,
  assigned,
  assignment,
  change,
  chicago,
  create,
  createClock,
  customer,
  dispatcher,
  driver,
  driveTo,
  openScene,
  organizationId,
  partner,
  type Shipments,
  toronto,
} from './scene.ts';

const clock = createClock();
let scene: Shipments;
beforeAll(async () => {
  scene = await openScene(clock.read);
});
afterAll(() => scene.close());

interface Mirrored {
  readonly id: string;
  readonly version: number;
  readonly updatedAt: string;
}

/** What a program that mirrors shipments reads of a span of time, oldest change first. */
async function changedIn(updated: { readonly from: Date; readonly until?: Date }): Promise<Mirrored[]> {
  const { data, errors } = await scene.ask<{ shipments: { nodes: Mirrored[] } }>(
    partner,
    `query($updated: TimeRange) { shipments(orderBy: UPDATED_OLDEST, filter: { updated: $updated }) {
      nodes { id version updatedAt } } }`,
    { updated },
  );
  if (!data) throw new Error(JSON.stringify(errors));
  return data.shipments.nodes;
}

/** Makes a change a minute later. @returns what a mirror then reads of the time since */
async function mirrored(make: () => Promise<unknown>): Promise<Mirrored[]> {
  clock.advance(60_000);
  const from = clock.read();
  await make();
  return changedIn({ from, until: new Date(clock.read().getTime() + 1) });
}

/** Receives an event of another subgraph. Those are recorded by the clock of the machine. */
async function mirroredEvent<N extends EventName>(name: N, payload: EventPayload<N>): Promise<Mirrored[]> {
  const from = new Date();
  await arrive(scene, name, payload);
  return changedIn({ from });
}

const update = (shipmentId: string, expectedVersion: number, fields: object) =>
  change(scene, customer, 'updateShipment', { shipmentId, expectedVersion, ...fields });

describe('a mirror reads a shipment again after', () => {
  test('each change of its data, with its new version', async () => {
    const { id } = await create(scene);
    const stops = [{ ...chicago, contactPhone: '312 555 0100' }, toronto];
    const changes = [
      { customerReference: 'PO-1' },
      { stops },
      { notes: null },
      { stops: [chicago, { ...toronto, street: '1 Quay St' }] },
      { customerReference: null },
    ];
    for (const [index, fields] of changes.entries()) {
      const updatedAt = new Date(clock.read().getTime() + 60_000).toISOString();
      expect(await mirrored(() => update(id, index + 1, fields))).toEqual([{ id, version: index + 2, updatedAt }]);
    }
  });

  test('comments, oldest first, and an assignment with its new version', async () => {
    const comment = { body: 'Gate 4' };
    const first = await create(scene, { book: true });
    const second = await create(scene, { book: true });
    const both = await mirrored(async () => {
      await change(scene, customer, 'commentOnShipment', { shipmentId: second.id, ...comment });
      clock.advance(1_000);
      await change(scene, customer, 'commentOnShipment', { shipmentId: first.id, ...comment });
    });
    expect(both.map(({ id, version }) => [id, version])).toEqual([
      [second.id, 2],
      [first.id, 2],
    ]);
    expect(await mirroredEvent('assignment.created', assignment(second.id))).toMatchObject([
      { id: second.id, version: 3 },
    ]);
  });

  test('a rating, a quote, an invoice and a payment, which leave its version', async () => {
    const { id } = await assigned(scene);
    await driveTo(scene, id, 'DELIVERED');
    const rate = () => change(scene, customer, 'rateShipment', { shipmentId: id, stars: 4 });
    expect(await mirrored(rate)).toMatchObject([{ id, version: 7 }]);
    const at = clock.read().toISOString();
    const money = { amountCents: 100, currency: 'USD', at };
    const invoiceId = newId();
    const quote = { quoteId: newId(), shipmentId: id, organizationId, at };
    const invoice = { invoiceId, shipmentId: id, organizationId, driverId: null, costCents: 1, ...money };
    const payment = { paymentId: newId(), invoiceId, shipmentId: id, organizationId, ...money };
    expect(await mirroredEvent('quote.offered', quote)).toMatchObject([{ id, version: 7 }]);
    expect(await mirroredEvent('invoice.issued', invoice)).toMatchObject([{ id, version: 7 }]);
    expect(await mirroredEvent('payment.recorded', payment)).toMatchObject([{ id, version: 7 }]);
  });
});

describe('a mirror reads nothing after', () => {
  test('an update without changes, an internal comment, and a repeated call', async () => {
    const stops = [{ ...chicago, contactPhone: '312 555 0100' }, toronto];
    const { id } = await create(scene, { customerReference: 'PO-1', stops });
    const delivered = await assigned(scene);
    await driveTo(scene, delivered.id, 'DELIVERED');
    const comment = { shipmentId: id, body: 'Gate 4', idempotencyKey: newId() };
    const rating = { shipmentId: delivered.id, stars: 5, idempotencyKey: newId() };
    const noted = { shipmentId: id, expectedVersion: 1, customerReference: 'PO-2', idempotencyKey: newId() };
    const repeated = async () => {
      await change(scene, customer, 'commentOnShipment', comment);
      await change(scene, customer, 'rateShipment', rating);
      await change(scene, customer, 'updateShipment', noted);
    };
    await repeated();
    const nothing = async () => {
      await repeated();
      await update(id, 2, {});
      await update(id, 2, {
        customerReference: ' PO-2 ',
        stops: [{ ...stops[0], contactPhone: '+13125550100' }, toronto],
      });
      await change(scene, dispatcher, 'commentOnShipment', { shipmentId: id, body: 'Slow payer', internal: true });
      const unknown = { shipmentId: id, to: 'PICKED_UP' };
      expect((await change(scene, driver, 'advanceShipment', unknown)).userErrors).not.toEqual([]);
    };
    expect(await mirrored(nothing)).toEqual([]);
  });
});
