import { byUuid, type PersonalLists, personalList } from '#shared/database/personal-lists.ts';
import { sql } from '#shared/database/sql.ts';
import {
  ChangeEntity,
  CommentEntity,
  EventEntity,
  ProofEntity,
  RatingEntity,
  ShipmentEntity,
  StopEntity,
} from '../entities.ts';

/** What the shipments subgraph holds of a person. */
export const personalLists: PersonalLists = {
  shipments: personalList(ShipmentEntity, {
    order: byUuid('id'),
    of: ({ accountId }) => sql`t.created_by_account_id = ${accountId}`,
    // Who carries the shipment is another person.
    without: ['goods', 'assignmentId', 'driverId', 'vehicleId'],
  }),
  stops: personalList(StopEntity, {
    order: byUuid('id'),
    of: ({ accountId }) => sql`t.shipment_id in (select id from shipment where created_by_account_id = ${accountId})`,
  }),
  changes: personalList(ChangeEntity, {
    order: byUuid('id'),
    of: ({ accountId }) => sql`t.account_id = ${accountId}`,
  }),
  steps: personalList(EventEntity, {
    order: byUuid('id'),
    of: ({ accountId }) => sql`t.actor_account_id = ${accountId}`,
  }),
  proofsOfDelivery: personalList(ProofEntity, {
    order: byUuid('shipmentId', 't.shipment_id'),
    of: ({ accountId }) => sql`t.recorded_by_account_id = ${accountId}`,
    // The recipient is another person.
    without: ['recipientName', 'signatureReference', 'photoReference'],
  }),
  comments: personalList(CommentEntity, {
    order: byUuid('id'),
    of: ({ accountId }) => sql`t.account_id = ${accountId}`,
  }),
  ratings: personalList(RatingEntity, {
    order: byUuid('shipmentId', 't.shipment_id'),
    of: ({ accountId }) => sql`t.account_id = ${accountId}`,
  }),
};
