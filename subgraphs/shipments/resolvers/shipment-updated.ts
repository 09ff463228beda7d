import { liveTopics } from '#shared/events/topics.ts';
import { startWith } from '#shared/live/iterators.ts';
import type { ShipmentsContext } from '../context.ts';
import { requireVisible } from '../store/shipments.ts';

/** The root value of one message; the shipment itself is read anew for each. */
interface ShipmentUpdate {
  readonly shipmentId: string;
}

/** The shipment as it stands, then each change. The topic is joined first, so that nothing falls between the two. */
export const shipmentUpdated = {
  async subscribe(_parent: unknown, { id }: { id: string }, { em, identity, live }: ShipmentsContext) {
    const shipmentId = id.toLowerCase();
    const changes = await live.subscribe<ShipmentUpdate>([liveTopics.shipment(shipmentId)]);
    try {
      await requireVisible(em, identity, shipmentId);
    } catch (error) {
      await changes.return();
      throw error;
    }
    return startWith<ShipmentUpdate>({ shipmentId }, changes);
  },
  resolve: ({ shipmentId }: ShipmentUpdate, _args: unknown, { loaders }: ShipmentsContext) =>
    loaders.shipments().load(shipmentId),
};
