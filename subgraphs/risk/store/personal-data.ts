import { byUuid, type PersonalLists, personalList } from '#shared/database/personal-lists.ts';
import { sql } from '#shared/database/sql.ts';
import { AssessmentEntity, BookingEntity, KnownAccountEntity, ReviewCaseEntity } from '../entities.ts';

/** What the risk subgraph holds of a person. Rules and the watchlist are left out, because they protect against fraud. */
export const personalLists: PersonalLists = {
  account: personalList(KnownAccountEntity, {
    order: byUuid('id'),
    of: ({ accountId }) => sql`t.id = ${accountId}`,
    without: ['emailKey'],
  }),
  bookings: personalList(BookingEntity, {
    order: byUuid('shipmentId', 't.shipment_id'),
    of: ({ accountId }) => sql`t.account_id = ${accountId}`,
    without: ['laneKey', 'partyKeys'],
  }),
  decisions: personalList(AssessmentEntity, {
    order: byUuid('id'),
    of: ({ accountId }) => sql`t.shipment_id in (select shipment_id from booking where account_id = ${accountId})`,
    show: ({ id, shipmentId, revision, decision, assessedAt }) => ({ id, shipmentId, revision, decision, assessedAt }),
  }),
  reviews: personalList(ReviewCaseEntity, {
    order: byUuid('id'),
    of: ({ accountId }) => sql`t.decided_by = ${accountId}`,
  }),
};
