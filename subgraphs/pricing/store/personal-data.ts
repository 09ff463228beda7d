import { byUuid, type PersonalLists, personalList } from '#shared/database/personal-lists.ts';
import { sql } from '#shared/database/sql.ts';
import { PaymentEntity, QuoteEntity } from '../entities.ts';

/** What the pricing subgraph holds of a person. */
export const personalLists: PersonalLists = {
  quotes: personalList(QuoteEntity, {
    order: byUuid('id'),
    of: ({ accountId }) => sql`t.requested_by = ${accountId}`,
    // How the price was made is no data of the person.
    without: ['factors', 'floorCents', 'ceilingCents', 'baseRateCents', 'limited'],
  }),
  payments: personalList(PaymentEntity, {
    order: byUuid('id'),
    of: ({ accountId }) => sql`t.recorded_by = ${accountId}`,
    without: ['referenceKey'],
  }),
};
