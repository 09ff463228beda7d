import { sql } from '#shared/database/sql.ts';
import type { BaseContext } from '#shared/graphql/context.ts';
import { byId, idOf, listsById } from '#shared/graphql/loader.ts';
import { historyOf } from './store/assessments.ts';
import { latestCases } from './store/reviews.ts';
import { assessmentRows, bookingRows, reviewCaseRows, watchlistEntryRows } from './store/rows.ts';
import { visibleTo } from './store/visibility.ts';

export type Loaders = ReturnType<typeof createLoaders>;

/** One loader per key and request. Records that the caller may not see are not read. */
export function createLoaders({ em, identity }: BaseContext) {
  const visible = visibleTo(identity);
  const shipmentOf = ({ shipmentId }: { readonly shipmentId: string }) => shipmentId;
  const current = sql`t.current`;
  return {
    assessment: byId(
      visible((ids) => assessmentRows.readBy(em, 'id', ids)),
      idOf,
    ),
    assessmentOfShipment: byId(
      visible((ids) => assessmentRows.readBy(em, 'shipment_id', ids, { where: current })),
      shipmentOf,
    ),
    historyOfShipment: listsById(
      visible((ids) => historyOf(em, ids)),
      shipmentOf,
    ),
    reviewCase: byId(
      visible((ids) => reviewCaseRows.readBy(em, 'id', ids)),
      idOf,
    ),
    reviewCaseOfShipment: byId(
      visible((ids) => latestCases(em, ids)),
      shipmentOf,
    ),
    watchlistEntry: byId(
      visible((ids) => watchlistEntryRows.readBy(em, 'id', ids)),
      idOf,
    ),
    booking: byId(
      visible((ids) => bookingRows.readBy(em, 'shipment_id', ids)),
      shipmentOf,
    ),
  };
}
