import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from '@jest/globals';
import type { GatewayClient, TestGraph } from '../graph.ts';

interface Best {
  readonly assignBest: {
    readonly results: readonly {
      readonly shipmentId: string;
      readonly shipment: { readonly reference: string } | null;
      readonly driver: { readonly name: string } | null;
      readonly userErrors: readonly { readonly code: string }[];
    }[];
  };
}

/** The results of `assignBest` do not depend on what the shipments subgraph knows or whether it is up. */
export function bestAssignments(given: () => TestGraph): void {
  let bookedId: string;
  let reference: string;
  beforeAll(async () => {
    const { data } = await given().ask<{ shipments: { nodes: { id: string; reference: string }[] } }>(
      'dispatcher',
      '{ shipments(first: 1, filter: { statuses: [BOOKED] }) { nodes { id reference } } }',
    );
    ({ id: bookedId, reference } = data!.shipments.nodes[0]!);
  });

  const dryRun = (gateway: GatewayClient, shipmentIds: readonly string[]) =>
    gateway.ask<Best>(
      'dispatcher',
      `mutation($input: AssignBestInput!) { assignBest(input: $input) {
        results { shipmentId shipment { reference } driver { name } userErrors { code } } } }`,
      { input: { shipmentIds, dryRun: true } },
    );

  describe('assignBest', () => {
    test('shows the results of the other shipments beside an unknown one', async () => {
      const unknownId = randomUUID();
      const { data, errors } = await dryRun(given(), [bookedId, unknownId]);
      expect(errors).toEqual([]);
      expect(data?.assignBest.results).toMatchObject([
        { shipmentId: bookedId, shipment: { reference } },
        { shipmentId: unknownId, shipment: null, driver: null, userErrors: [{ code: 'NOT_FOUND' }] },
      ]);
    });

    test('shows its results while the shipments subgraph is down', async () => {
      const whole = await dryRun(given(), [bookedId]);
      const gateway = await given().without('shipments');
      try {
        const { data, errors } = await dryRun(gateway, [bookedId]);
        expect(errors).toMatchObject([{ path: ['assignBest', 'results', 0, 'shipment', 'reference'] }]);
        expect(data?.assignBest.results).toEqual([{ ...whole.data?.assignBest.results[0], shipment: null }]);
      } finally {
        await gateway.close();
      }
    });
  });
}
