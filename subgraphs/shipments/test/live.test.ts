import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import type { Identity } from '#shared/identity/identity.ts';
import { newId } from '#shared/ids.ts';
import { identityToken } from '../../shared/test/harness.ts';
import { change, create, customer, dispatcher, openScene, organizationId, type Shipments, stranger } from './scene.ts';

let scene: Shipments;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(() => scene.close());

async function watch(as: Identity, id: string) {
  const client = createClient({ url: scene.url.replace('http', 'ws'), webSocketImpl: WebSocket, retryAttempts: 0 });
  const events = client.iterate({
    query: 'subscription($id: ID!) { shipmentUpdated(id: $id) { id version notes status } }',
    variables: { id },
    extensions: { identity: identityToken('shipments', as) },
  });
  return {
    events,
    async close() {
      await events.return?.();
      await client.dispose();
    },
  };
}

async function next({ events }: Awaited<ReturnType<typeof watch>>): Promise<unknown> {
  const { value } = await events.next();
  return value?.data?.['shipmentUpdated'];
}

describe('watching a shipment', () => {
  test('sends the current shipment, then the shipment after each change', async () => {
    const { id } = await create(scene);
    const watcher = await watch(customer, id.toUpperCase());
    try {
      expect(await next(watcher)).toMatchObject({ id, version: 1, notes: 'Keep at 4 degrees' });
      await change(scene, dispatcher, 'updateShipment', {
        shipmentId: id,
        expectedVersion: 1,
        notes: 'Ring at the gate',
      });
      expect(await next(watcher)).toMatchObject({ version: 2, notes: 'Ring at the gate' });
      await change(scene, customer, 'bookShipment', { shipmentId: id });
      expect(await next(watcher)).toMatchObject({ version: 3, status: 'BOOKED' });
    } finally {
      await watcher.close();
    }
  });

  test('also sends it after a quote, an invoice and a payment of it', async () => {
    const { id } = await create(scene);
    const watcher = await watch(customer, id);
    try {
      await next(watcher);
      const at = new Date().toISOString();
      const billed = { organizationId, amountCents: 1, currency: 'USD', at };
      await scene.receive('quote.offered', { quoteId: newId(), shipmentId: id, organizationId, at });
      expect(await next(watcher)).toMatchObject({ id, version: 1 });
      const invoiceId = newId();
      await scene.receive('invoice.issued', { ...billed, invoiceId, shipmentId: id, driverId: null, costCents: 0 });
      expect(await next(watcher)).toMatchObject({ id, version: 1 });
      await scene.receive('payment.recorded', { ...billed, paymentId: newId(), invoiceId, shipmentId: id });
      expect(await next(watcher)).toMatchObject({ id, version: 1 });
    } finally {
      await watcher.close();
    }
  });

  test('sends internal comments to staff only', async () => {
    const { id } = await create(scene);
    const [client, desk] = [await watch(customer, id), await watch(dispatcher, id)];
    try {
      for (const watcher of [client, desk]) await next(watcher);
      await change(scene, dispatcher, 'commentOnShipment', { shipmentId: id, body: 'Pays late.', internal: true });
      expect(await next(desk)).toMatchObject({ id, version: 1 });
      await change(scene, dispatcher, 'updateShipment', {
        shipmentId: id,
        expectedVersion: 1,
        notes: 'Ring at the gate',
      });
      // The first event of the customer is the next public change.
      expect(await next(client)).toMatchObject({ version: 2, notes: 'Ring at the gate' });
    } finally {
      for (const watcher of [client, desk]) await watcher.close();
    }
  });

  test.each([
    ['a stranger', stranger],
    ['a caller with a malformed id', customer],
  ])('is refused to %s', async (_who, as) => {
    const { id } = await create(scene);
    const watcher = await watch(as, as === customer ? 'x' : id);
    try {
      const { value } = await watcher.events.next().catch((error: unknown) => ({ value: { errors: error } }));
      expect(JSON.stringify(value)).toContain('NOT_FOUND');
    } finally {
      await watcher.close();
    }
  });
});
