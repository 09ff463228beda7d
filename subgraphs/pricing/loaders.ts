import type { BaseContext } from '#shared/graphql/context.ts';
import { byKey, listsByKey } from '#shared/graphql/loader.ts';
import { reaches } from '#shared/identity/reach.ts';
import { newestQuotes } from './store/quotes.ts';
import { invoiceRows, paymentRows, quoteRows } from './store/rows.ts';
import { billingSums } from './store/summaries.ts';
import { billingReach, visibleBilling } from './store/visibility.ts';

/** One loader per key and request. Records that the caller may not see are not read. */
export function createLoaders({ em, identity, clock }: BaseContext) {
  const reach = billingReach(identity);
  const where = visibleBilling(reach);
  return {
    quote: byKey(
      (ids) => quoteRows.readBy(em, 'id', ids, { where }),
      ({ id }) => id,
    ),
    quotesOfShipment: listsByKey(
      (ids) => newestQuotes(em, reach, ids),
      ({ shipmentId }) => shipmentId,
    ),
    invoice: byKey(
      (ids) => invoiceRows.readBy(em, 'id', ids, { where }),
      ({ id }) => id,
    ),
    invoiceOfShipment: byKey(
      (ids) => invoiceRows.readBy(em, 'shipment_id', ids, { where }),
      ({ shipmentId }) => shipmentId,
    ),
    paymentsOfInvoice: listsByKey(
      (ids) => paymentRows.readBy(em, 'invoice_id', ids, { orderBy: 't.paid_at, t.id' }),
      ({ invoiceId }) => invoiceId,
    ),
    billing: byKey(
      (ids) =>
        billingSums(
          em,
          ids.filter((organizationId) => reaches(reach, { organizationId })),
          clock(),
        ),
      ({ organizationId }) => organizationId,
    ),
  };
}
export type Loaders = ReturnType<typeof createLoaders>;
