import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import type { Identity } from '#shared/identity.ts';
import { testSigner } from '../../shared/test/harness.ts';
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
    extensions: { identity: await testSigner.sign(as, 60) },
  });
  return {
    events,
    async close() {
      await events.return?.();
      await client.dispose();
    },
  };
}

describe('watching a shipment', () => {
  test('shows each change as it is then', async () => {
    const { id } = await create(scene);
    const watcher = await watch(customer, id);
    try {
      const first = watcher.events.next();
      let arrived = false;
      const seen = first.then((result) => {
        arrived = true;
        return result.value;
      });
      // The subscription is live when its topic has a listener; changing until an event arrives needs no clock.
      let version = 1;
      while (!arrived) {
        await change(scene, dispatcher, 'updateShipment', {
          id,
          expectedVersion: version,
          notes: `version ${version + 1}`,
        });
        version += 1;
      }
      const { notes, version: seenVersion } = (
        (await seen) as { data: { shipmentUpdated: { notes: string; version: number } } }
      ).data.shipmentUpdated;
      expect(notes).toBe(`version ${seenVersion}`);
      await change(scene, customer, 'bookShipment', { id });
      for (;;) {
        const { value } = await watcher.events.next();
        if (value?.data?.['shipmentUpdated'] && JSON.stringify(value).includes('BOOKED')) break;
      }
    } finally {
      await watcher.close();
    }
  });

  test.each([
    ['a stranger', stranger],
    ['somebody with a wrong id', customer],
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
