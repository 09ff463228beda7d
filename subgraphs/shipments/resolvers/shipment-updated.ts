import { liveTopics } from '#shared/events/topics.ts';
import { isStaff } from '#shared/identity/identity.ts';
import type { Conflation } from '#shared/live/backlog.ts';
import { startWith } from '#shared/live/iterators.ts';
import type { ShipmentsContext } from '../context.ts';
import { requireVisible } from '../store/shipments.ts';

/** The root value of one event. Each event reads the shipment again. */
interface ShipmentUpdate {
  readonly shipmentId: string;
}

/** One waiting event is enough, because it reads the shipment with all changes so far. */
const latestUpdate: Conflation<ShipmentUpdate> = { keys: 1, keyOf: ({ shipmentId }) => shipmentId };

/** Sends the current shipment, then each change. Subscribes before the first read, so that no change is missed. */
export const shipmentUpdated = {
  async subscribe(_parent: unknown, { id }: { id: string }, { em, identity, live }: ShipmentsContext) {
    const shipmentId = id.toLowerCase();
    const topics = [liveTopics.shipment(shipmentId)];
    if (isStaff(identity)) topics.push(liveTopics.shipmentForStaff(shipmentId));
    const changes = await live.subscribe(topics, { latest: latestUpdate });
    try {
      await requireVisible(em, identity, shipmentId);
    } catch (error) {
      await changes.return();
      throw error;
    }
    return startWith<ShipmentUpdate>({ shipmentId }, changes);
  },
  resolve: ({ shipmentId }: ShipmentUpdate, _args: unknown, { loaders }: ShipmentsContext) =>
    loaders.shipment.load(shipmentId),
};
