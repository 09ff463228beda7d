import type DataLoader from 'dataloader';
import type { EntityManager } from '#shared/database/database.ts';
import { byKey, listsByKey } from '#shared/graphql/loader.ts';
import { hasScope, type Identity } from '#shared/identity/identity.ts';
import { isUuid } from '#shared/ids.ts';
import {
  type Assessment,
  type Booking,
  BookingEntity,
  type ReviewCase,
  ReviewCaseEntity,
  type WatchlistEntry,
  WatchlistEntryEntity,
} from './entities.ts';
import { assessmentsById, currentAssessments, historyOf } from './store/assessments.ts';
import { latestCases } from './store/reviews.ts';

/** What the identity may see of risk: with the scope everything, without it nothing. */
export interface Loaders {
  readonly assessment: DataLoader<string, Assessment | null>;
  readonly assessmentOfShipment: DataLoader<string, Assessment | null>;
  readonly historyOfShipment: DataLoader<string, readonly Assessment[]>;
  readonly reviewCase: DataLoader<string, ReviewCase | null>;
  readonly reviewCaseOfShipment: DataLoader<string, ReviewCase | null>;
  readonly watchlistEntry: DataLoader<string, WatchlistEntry | null>;
  readonly booking: DataLoader<string, Booking | null>;
}

export function createLoaders(em: EntityManager, identity: Identity): Loaders {
  const visible = (ids: readonly string[]) => (hasScope(identity, 'risk:read') ? ids.filter(isUuid) : []);
  const idOf = ({ id }: { readonly id: string }) => id;
  const shipmentOf = ({ shipmentId }: { readonly shipmentId: string }) => shipmentId;
  return {
    assessment: byKey((ids) => assessmentsById(em, identity, ids), idOf),
    assessmentOfShipment: byKey((ids) => currentAssessments(em, identity, ids), shipmentOf),
    historyOfShipment: listsByKey((ids) => historyOf(em, identity, ids), shipmentOf),
    reviewCase: byKey((ids) => em.find(ReviewCaseEntity, { id: { $in: visible(ids) } }), idOf),
    reviewCaseOfShipment: byKey(async (ids) => {
      const wanted = visible(ids);
      return wanted.length > 0 ? latestCases(em, wanted) : [];
    }, shipmentOf),
    watchlistEntry: byKey((ids) => em.find(WatchlistEntryEntity, { id: { $in: visible(ids) } }), idOf),
    booking: byKey((ids) => em.find(BookingEntity, { shipmentId: { $in: visible(ids) } }), shipmentOf),
  };
}
