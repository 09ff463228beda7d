import type { BaseContext } from '#shared/context.ts';
import { byKey, listsByKey } from '#shared/loader.ts';
import { InvoiceEntity, PaymentEntity, QuoteEntity } from './entities.ts';
import { billingSums } from './store/summaries.ts';
import { maySee, organizationCondition, visibilityOf } from './store/visibility.ts';

const quotesPerShipment = 20;

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
      async (ids) => {
        if (!visible) return [];
        const quotes = await em.find(
          QuoteEntity,
          { shipmentId: among(ids), ...visible },
          { orderBy: { createdAt: 'desc', id: 'desc' } },
        );
        return [...Map.groupBy(quotes, (quote) => quote.shipmentId).values()].flatMap((list) =>
          list.slice(0, quotesPerShipment),
        );
      },
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

export interface PricingContext extends BaseContext {
  readonly loaders: ReturnType<typeof createLoaders>;
}
