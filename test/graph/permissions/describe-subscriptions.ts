import { describe, expect, test } from '@jest/globals';
import { newId } from '#shared/ids.ts';
import type { DemoAccount, TestGraph } from '../graph.ts';
import { readSchemas } from '../schemas.ts';
import { watch } from '../watch.ts';
import { foreignRecords } from './foreign-records.ts';
import { viewersOf } from './viewers.ts';

const strangers = [
  ['customer', 'CUSTOMER'],
  ['partner', 'PARTNER'],
  ['driver', 'DRIVER'],
] as const;

/** What each caller gets of records of others by each subscription, through the gateway. */
export function describeSubscriptions(graphOf: () => TestGraph): void {
  /** The first message of a subscription, or its errors. */
  async function first(as: DemoAccount | null, query: string, variables: Record<string, unknown>): Promise<string> {
    const graph = graphOf();
    const watched = watch(graph.url, as ? await graph.tokenOf(as) : '', query, variables);
    try {
      return JSON.stringify(await watched.next(() => true));
    } catch (error) {
      return `refused: ${error instanceof Error ? error.message : JSON.stringify(error)}`;
    } finally {
      await watched.close();
    }
  }
  const foreignOf = async (caller: (typeof strangers)[number][1]) => {
    const graph = graphOf();
    return (await foreignRecords(graph, viewersOf(graph.world).ADMIN))(caller);
  };
  const activeLoad = () => {
    const { demo, shipments } = graphOf().world;
    return shipments.find(({ id }) => id === demo.activeShipmentId)!;
  };

  describe('subscriptions', () => {
    test('are these; each is tested below', () => {
      const fields = Object.keys(readSchemas().model.apiSchema.getSubscriptionType()?.getFields() ?? {});
      expect(fields.sort()).toEqual(['leaderboardChanged', 'shipmentUpdated', 'vehicleMoved']);
    });

    test.each(strangers)('shipmentUpdated: a shipment of others is unknown to the %s', async (as, caller) => {
      const query = 'subscription($id: ID!) { shipmentUpdated(id: $id) { reference } }';
      const refusal = async (id: string) =>
        (await first(as, query, { id })).replaceAll(id, 'ID').replaceAll(/"requestId":"[^"]+"/g, '');
      const { shipment = '' } = await foreignOf(caller);
      const refused = await refusal(shipment);
      expect(refused).toContain('NOT_FOUND');
      expect(refused).toBe(await refusal(newId()));
      expect(await first('dispatcher', query, { id: shipment })).toContain('reference');
    });

    test.each([
      ['customer', 'CUSTOMER'],
      ['driver', 'DRIVER'],
    ] as const)('vehicleMoved: of the vehicles of others nothing reaches the %s', async (as, caller) => {
      const { demo, vehicles, shipments } = graphOf().world;
      const query = 'subscription($ids: [ID!]!) { vehicleMoved(ids: $ids) { vehicle { id } } }';
      const own = activeLoad().assignment!.vehicleId;
      const carrying = new Set(
        shipments
          .filter(({ organizationId, assignment }) =>
            caller === 'CUSTOMER'
              ? organizationId === demo.customerOrganizationId
              : assignment?.driverId === demo.driverId,
          )
          .flatMap(({ assignment }) => assignment?.vehicleId ?? []),
      );
      const others = vehicles.map(({ id }) => id).filter((id) => !carrying.has(id));
      expect(others.length).toBeGreaterThan(0);
      // Current positions come first. A move that becomes invisible is tested in subgraphs/tracking.
      expect(await first(as, query, { ids: [...others, own] })).toContain(own);
      const seen = JSON.parse(await first('dispatcher', query, { ids: others })) as {
        vehicleMoved: { vehicle: { id: string } };
      };
      expect(others).toContain(seen.vehicleMoved.vehicle.id);
    });

    test('leaderboardChanged: for drivers and staff', async () => {
      const query = 'subscription { leaderboardChanged(period: WEEKLY) { __typename } }';
      for (const as of ['customer', 'partner', null] as const) expect(await first(as, query, {})).toMatch(/^refused/);
      expect(await first('driver', query, {})).toContain('LeaderboardUpdate');
    });
  });
}
