import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import type { Identity } from '#shared/identity/identity.ts';
import { identityToken } from '../../shared/test/harness.ts';
import { change, create, customer, dispatcher, openScene, type Shipments, stranger } from './scene.ts';

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
      await change(scene, dispatcher, 'updateShipment', { id, expectedVersion: 1, notes: 'Ring at the gate' });
      expect(await next(watcher)).toMatchObject({ version: 2, notes: 'Ring at the gate' });
      await change(scene, customer, 'bookShipment', { id });
      expect(await next(watcher)).toMatchObject({ version: 3, status: 'BOOKED' });
    } finally {
      await watcher.close();
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
