import { type PagesOf, pagesOf } from '#shared/database/list.ts';
import type { TableRows } from '#shared/database/rows.ts';
import type { BaseContext } from '#shared/graphql/context.ts';
import { byId, idOf, listsById, perArguments } from '#shared/graphql/loader.ts';
import type { ShipmentFilter } from './domain/filter-input.ts';
import type { ShipmentRow } from './entities.ts';
import { comments, findChanges, findEvents, findItems, findStops, readableComments } from './store/details.ts';
import { conditionsOf } from './store/filter.ts';
import { type ShipmentOrder, shipmentsIn } from './store/lists.ts';
import { importRows, proofRows, ratingRows } from './store/rows.ts';
import { findShipments } from './store/shipments.ts';
import { keptTotals } from './store/totals.ts';
import { visibleTo } from './store/visibility.ts';

/** The column with the owner of a list of shipments: an organization or a driver. */
export type Owner = 'organization_id' | 'driver_id';

/** One loader per key and request, and for lists per arguments. Shipments that the caller may not see are not read. */
export function createLoaders({ em, identity, clock, columns }: BaseContext) {
  const ofShipment = <R>(rows: TableRows<R>, ids: readonly string[]) => rows.readBy(em, 'shipment_id', ids);
  const shipmentOf = ({ shipmentId }: { readonly shipmentId: string }) => shipmentId;
  return {
    shipment: byId((ids) => findShipments(em, identity, ids, columns('Shipment')), idOf),
    stops: listsById((ids) => findStops(em, ids, columns('Stop')), shipmentOf),
    items: listsById((ids) => findItems(em, ids, columns('ShipmentItem')), shipmentOf),
    proof: byId((ids) => ofShipment(proofRows.only(columns('ProofOfDelivery'), ['shipmentId']), ids), shipmentOf),
    rating: byId((ids) => ofShipment(ratingRows.only(columns('Rating'), ['shipmentId']), ids), shipmentOf),
    import: byId((ids) => ofShipment(importRows.only(columns('ShipmentImport'), ['shipmentId']), ids), shipmentOf),
    events: perArguments((last: number) =>
      listsById((ids) => findEvents(em, ids, last, columns('ShipmentEvent')), shipmentOf),
    ),
    changes: perArguments((last: number) =>
      listsById((ids) => findChanges(em, ids, last, columns('ShipmentChange')), shipmentOf),
    ),
    comments: pagesOf(em, comments(columns('ShipmentComment')), 'shipment_id', [readableComments(identity)]),
    pages: perArguments(
      (owner: Owner, order: ShipmentOrder, filter: ShipmentFilter): PagesOf<Pick<ShipmentRow, 'id'>> => {
        const counts = owner === 'organization_id' ? keptTotals(em, identity, filter) : undefined;
        const pages = conditionsOf(em, filter, clock()).then((conditions) =>
          pagesOf(em, shipmentsIn(order, columns('Shipment')), owner, [visibleTo(identity), ...conditions], counts),
        );
        return async (ownerId, page) => (await pages)(ownerId, page);
      },
    ),
  };
}
export type Loaders = ReturnType<typeof createLoaders>;
