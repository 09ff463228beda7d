import { describe, expect, test } from '@jest/globals';
import { createGraphClient } from '../../../client/graph-client.ts';
import { seedAcceptance } from '../../../commands/seed/acceptance.ts';
import { acceptanceSamples } from '../../../commands/seed/samples.ts';
import { demoCredentials } from '../../../demo/accounts.ts';
import type { TestGraph } from '../graph.ts';

export function acceptanceSamplesCommand(given: () => TestGraph): void {
  describe('npm run seed -- acceptance', () => {
    test('has 50 samples, five or six of each status', () => {
      const counts = Map.groupBy(acceptanceSamples(), ({ status }) => status);
      expect([...counts.values()].map(({ length }) => length)).toEqual([6, 6, 6, 6, 6, 5, 5, 5, 5]);
    });

    test('leads a shipment to each status, continues after an interruption, and creates nothing twice', async () => {
      const { url } = given();
      const client = createGraphClient({ url, account: demoCredentials('admin'), attempts: 1 });
      const [, booked, , , , , delivered, exception, cancelled] = acceptanceSamples(9);
      const samples = [booked, delivered, exception, cancelled].filter((sample) => sample !== undefined);
      expect(await seedAcceptance(client, samples.slice(0, 1))).toMatchObject({ created: 1, changed: [] });

      const statuses = { BOOKED: 1, DELIVERED: 1, EXCEPTION: 1, CANCELLED: 1 };
      expect(await seedAcceptance(client, samples)).toEqual({ statuses, created: 3, changed: [] });
      expect(await seedAcceptance(client, samples)).toEqual({ statuses, created: 0, changed: [] });
    });

    test('leaves a sample alone that a tester has led another way', async () => {
      const { ask } = given();
      const read = '{ shipments(filter: { customerReferences: ["ACCEPTANCE-02"] }) { nodes { id } } }';
      const { data } = await ask<{ shipments: { nodes: [{ id: string }] } }>('admin', read);
      const input = { shipmentId: data?.shipments.nodes[0].id, reason: 'Tried by a tester' };
      const cancel = 'mutation ($input: CancelShipmentInput!) { cancelShipment(input: $input) { shipment { id } } }';
      await ask('admin', cancel, { input });

      const client = createGraphClient({ url: given().url, account: demoCredentials('admin'), attempts: 1 });
      const [, booked] = acceptanceSamples(9);
      expect(await seedAcceptance(client, booked ? [booked] : [])).toEqual({
        statuses: { CANCELLED: 1 },
        created: 0,
        changed: ['ACCEPTANCE-02'],
      });
    });
  });
}
