import { liveTopics } from '#shared/topics.ts';
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
      await changes.return?.();
      throw error;
    }
    return startingWith<ShipmentUpdate>({ shipmentId }, changes);
  },
  resolve: ({ shipmentId }: ShipmentUpdate, _args: unknown, { loaders }: ShipmentsContext) =>
    loaders.shipments().load(shipmentId),
};

/** An async generator would not do: its `return()` waits for the next change, and the topic would never be left. */
function startingWith<T>(first: T, rest: AsyncIterableIterator<T>): AsyncIterableIterator<T> {
  let begun = false;
  let ended = false;
  return {
    next() {
      if (begun || ended) return rest.next();
      begun = true;
      return Promise.resolve({ value: first, done: false });
    },
    async return() {
      ended = true;
      await rest.return?.();
      return { value: undefined, done: true };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
