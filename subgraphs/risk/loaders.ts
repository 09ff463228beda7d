import { noColumns } from '#shared/database/rows.ts';
import { sql } from '#shared/database/sql.ts';
import type { BaseContext } from '#shared/graphql/context.ts';
import { byId, idOf, listsById } from '#shared/graphql/loader.ts';
import { historyOf } from './store/assessments.ts';
import { latestCases } from './store/reviews.ts';
import { assessmentRows, bookingRows, reviewCaseRows, watchlistEntryRows } from './store/rows.ts';
import { visibleTo } from './store/visibility.ts';

export type Loaders = ReturnType<typeof createLoaders>;

/** What review cases show of their bookings. */
const shownBookings = bookingRows.only(noColumns, ['shipmentId', 'reference', 'pickupFrom']);

/** One loader per key and request. Records that the caller may not see are not read. */
export function createLoaders({ em, identity, columns }: BaseContext) {
  const visible = visibleTo(identity);
  const shipmentOf = ({ shipmentId }: { readonly shipmentId: string }) => shipmentId;
  const current = sql`t.current`;
  const assessments = assessmentRows.only(columns('RiskAssessment'), ['id', 'shipmentId']);
  const reviewCases = reviewCaseRows.only(columns('ReviewCase'), ['id']);
  const watchlistEntries = watchlistEntryRows.only(columns('WatchlistEntry'), ['id']);
  return {
    assessment: byId(
      visible((ids) => assessments.readBy(em, 'id', ids)),
      idOf,
    ),
    assessmentOfShipment: byId(
      visible((ids) => assessments.readBy(em, 'shipment_id', ids, { where: current })),
      shipmentOf,
    ),
    historyOfShipment: listsById(
      visible((ids) => historyOf(em, ids, columns('RiskAssessment'))),
      shipmentOf,
    ),
    reviewCase: byId(
      visible((ids) => reviewCases.readBy(em, 'id', ids)),
      idOf,
    ),
    reviewCaseOfShipment: byId(
      visible((ids) => latestCases(em, ids, columns('ReviewCase'))),
      shipmentOf,
    ),
    watchlistEntry: byId(
      visible((ids) => watchlistEntries.readBy(em, 'id', ids)),
      idOf,
    ),
    booking: byId(
      visible((ids) => shownBookings.readBy(em, 'shipment_id', ids)),
      shipmentOf,
    ),
  };
}
