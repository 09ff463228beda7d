import type { EntityManager } from '#shared/database/database.ts';
import { type PagesOf, pagesOf } from '#shared/database/list.ts';
import { byId, listsById } from '#shared/graphql/loader.ts';
import type { Identity } from '#shared/identity/identity.ts';
import type { ShipmentFilter } from './domain/filter-input.ts';
import type { ShipmentRow } from './entities.ts';
import { comments, findChanges, findEvents, findItems, findStops, readableComments } from './store/details.ts';
import { conditionsOf } from './store/filter.ts';
import { type ShipmentOrder, shipmentsIn } from './store/lists.ts';
import { importRows, proofRows, ratingRows } from './store/rows.ts';
import { findShipments } from './store/shipments.ts';
import { visibleTo } from './store/visibility.ts';

/** The column with the owner of a list of shipments: an organization or a driver. */
export type Owner = 'organization_id' | 'driver_id';

/** One loader per key and request, and for lists per arguments. `clear` discards all rows after a change. */
export function createLoaders(em: EntityManager, identity: Identity, clock: () => Date) {
  const ofShipment = ({ shipmentId }: { shipmentId: string }) => shipmentId;
  const { per, clear } = createRegistry();
  return {
    clear,
    shipments: () =>
      per('shipment', () =>
        byId(
          (ids) => findShipments(em, identity, ids),
          ({ id }) => id,
        ),
      ),
    stops: () => per('stops', () => listsById((ids) => findStops(em, ids), ofShipment)),
    items: () => per('items', () => listsById((ids) => findItems(em, ids), ofShipment)),
    proofs: () => per('proof', () => byId((ids) => proofRows.readBy(em, 'shipment_id', ids), ofShipment)),
    ratings: () => per('rating', () => byId((ids) => ratingRows.readBy(em, 'shipment_id', ids), ofShipment)),
    imports: () => per('import', () => byId((ids) => importRows.readBy(em, 'shipment_id', ids), ofShipment)),
    events: (last: number) => per(`events ${last}`, () => listsById((ids) => findEvents(em, ids, last), ofShipment)),
    changes: (last: number) => per(`changes ${last}`, () => listsById((ids) => findChanges(em, ids, last), ofShipment)),
    comments: () => per('comments', () => pagesOf(em, comments, 'shipment_id', [readableComments(identity)])),
    pages: (owner: Owner, order: ShipmentOrder, filter: ShipmentFilter) =>
      per(`pages ${owner} ${order} ${JSON.stringify(filter)}`, (): PagesOf<ShipmentRow> => {
        const pages = conditionsOf(em, filter, clock()).then((conditions) =>
          pagesOf(em, shipmentsIn(order), owner, [visibleTo(identity), ...conditions]),
        );
        return async (ownerId, page) => (await pages)(ownerId, page);
      }),
  };
}
export type Loaders = ReturnType<typeof createLoaders>;

/** Creates each loader on its first use, because a request uses only a few of them. */
function createRegistry() {
  const made = new Map<string, unknown>();
  return {
    per<L>(name: string, make: () => L): L {
      if (!made.has(name)) made.set(name, make());
      return made.get(name) as L; // each name has one type of loader
    },
    clear: () => made.clear(),
  };
}
