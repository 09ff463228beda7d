import type DataLoader from 'dataloader';
import type { EntityManager } from '#shared/database/database.ts';
import { byKey, listsByKey } from '#shared/graphql/loader.ts';
import type { Identity } from '#shared/identity/identity.ts';
import type { ShipmentFilter } from './domain/filter-input.ts';
import {
  type CommentPage,
  countComments,
  findComments,
  findEvents,
  findImports,
  findItems,
  findProofs,
  findRatings,
  findStops,
} from './store/details.ts';
import { countsOf, type ListRequest, type Owner, pagesOf } from './store/pages.ts';
import { findShipments } from './store/shipments.ts';

/** One loader per key and request; those of lists also per arguments. `clear` forgets all after a change. */
export function createLoaders(em: EntityManager, identity: Identity, clock: () => Date) {
  const ofShipment = ({ shipmentId }: { shipmentId: string }) => shipmentId;
  const { per, clear } = createRegistry();
  return {
    clear,
    shipments: () =>
      per('shipment', () =>
        byKey(
          (ids) => findShipments(em, identity, ids),
          ({ id }) => id,
        ),
      ),
    stops: () => per('stops', () => listsByKey((ids) => findStops(em, ids), ofShipment)),
    items: () => per('items', () => listsByKey((ids) => findItems(em, ids), ofShipment)),
    proofs: () => per('proof', () => byKey((ids) => findProofs(em, ids), ofShipment)),
    ratings: () => per('rating', () => byKey((ids) => findRatings(em, ids), ofShipment)),
    imports: () => per('import', () => byKey((ids) => findImports(em, ids), ofShipment)),
    events: (last: number) => per(`events ${last}`, () => listsByKey((ids) => findEvents(em, ids, last), ofShipment)),
    comments: (page: CommentPage) =>
      per(`comments ${JSON.stringify(page)}`, () =>
        listsByKey((ids) => findComments(em, identity, ids, page), ofShipment),
      ),
    commentCounts: () => per('comment counts', () => byKey((ids) => countComments(em, identity, ids), ofShipment)),
    pages: (owner: Owner, request: ListRequest) =>
      per(`pages ${owner} ${JSON.stringify(request)}`, () =>
        byKey(
          async (ids) => [...(await pagesOf(em, identity, clock(), owner, ids, request))],
          ([id]) => id,
        ),
      ),
    counts: (owner: Owner, filter: ShipmentFilter) =>
      per(`counts ${owner} ${JSON.stringify(filter)}`, () =>
        byKey(
          async (ids) => [...(await countsOf(em, identity, clock(), owner, ids, filter))],
          ([id]) => id,
        ),
      ),
  };
}
export type Loaders = ReturnType<typeof createLoaders>;

/** Makes each loader when it is first asked for: a request uses a few of them. */
function createRegistry() {
  const made = new Map<string, { clearAll(): unknown }>();
  return {
    per<K, V>(name: string, make: () => DataLoader<K, V>): DataLoader<K, V> {
      const known = made.get(name);
      if (known) return known as DataLoader<K, V>; // a name belongs to one line above
      const loader = make();
      made.set(name, loader);
      return loader;
    },
    clear(): void {
      for (const loader of made.values()) loader.clearAll();
    },
  };
}
