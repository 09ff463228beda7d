import type { BaseContext } from '#shared/graphql/context.ts';
import { byKey, listsByKey } from '#shared/graphql/loader.ts';
import { InvoiceEntity, PaymentEntity, QuoteEntity } from './entities.ts';
import { newestQuotes } from './store/quotes.ts';
import { billingSums } from './store/summaries.ts';
import { maySee, organizationCondition, visibilityOf } from './store/visibility.ts';

/** One loader per key and request. What the identity may not see is not read. */
export function createLoaders({ em, identity, clock }: BaseContext) {
  const visibility = visibilityOf(identity);
  const visible = organizationCondition(visibility);
  const among = (ids: readonly string[]) => ({ $in: [...ids] });
  return {
    quote: byKey(
      async (ids) => (visible ? em.find(QuoteEntity, { id: among(ids), ...visible }) : []),
      (quote) => quote.id,
    ),
    quotesOfShipment: listsByKey(
      async (ids) => (visible ? newestQuotes(em, ids, visible.organizationId) : []),
      (quote) => quote.shipmentId,
    ),
    invoice: byKey(
      async (ids) => (visible ? em.find(InvoiceEntity, { id: among(ids), ...visible }) : []),
      (invoice) => invoice.id,
    ),
    invoiceOfShipment: byKey(
      async (ids) => (visible ? em.find(InvoiceEntity, { shipmentId: among(ids), ...visible }) : []),
      (invoice) => invoice.shipmentId,
    ),
    paymentsOfInvoice: listsByKey(
      (ids) => em.find(PaymentEntity, { invoiceId: among(ids) }, { orderBy: { paidAt: 'asc', id: 'asc' } }),
      (payment) => payment.invoiceId,
    ),
    billing: byKey(
      (ids) =>
        billingSums(
          em,
          ids.filter((id) => maySee(visibility, id)),
          clock(),
        ),
      (sums) => sums.organizationId,
    ),
  };
}
export type Loaders = ReturnType<typeof createLoaders>;
