import { pagesOf } from '#shared/database/list.ts';
import { ofFound } from '#shared/database/within-reach.ts';
import type { BaseContext } from '#shared/graphql/context.ts';
import { byId, idOf, listsById, perArguments } from '#shared/graphql/loader.ts';
import { reaches } from '#shared/identity/reach.ts';
import type { InvoiceFilter } from './domain/invoice-filter.ts';
import { conditionsOf, type InvoiceOrder, invoicesIn } from './store/invoice-list.ts';
import { newestQuotes } from './store/quotes.ts';
import { invoiceRows, paymentRows, quoteRows } from './store/rows.ts';
import { billingSums } from './store/summaries.ts';
import { billingReach, visibleBilling } from './store/visibility.ts';

/** One loader per key and request. Records that the caller may not see are not read. */
export function createLoaders({ em, identity, clock, columns }: BaseContext) {
  const reach = billingReach(identity);
  const where = visibleBilling(reach);
  const quotes = quoteRows.only(columns('Quote'), ['id']);
  const invoices = invoiceRows.only(columns('Invoice'), ['id', 'shipmentId']);
  const payments = paymentRows.only(columns('Payment'), ['invoiceId']);
  return {
    quote: byId((ids) => quotes.readBy(em, 'id', ids, { where: ofFound(where) }), idOf),
    quotesOfShipment: listsById(
      (ids) => newestQuotes(em, reach, ids, columns('Quote')),
      ({ shipmentId }) => shipmentId,
    ),
    invoice: byId((ids) => invoices.readBy(em, 'id', ids, { where: ofFound(where) }), idOf),
    invoiceOfShipment: byId(
      (ids) => invoices.readBy(em, 'shipment_id', ids, { where: ofFound(where) }),
      ({ shipmentId }) => shipmentId,
    ),
    paymentsOfInvoice: listsById(
      (ids) => payments.readBy(em, 'invoice_id', ids, { orderBy: 't.paid_at, t.id' }),
      ({ invoiceId }) => invoiceId,
    ),
    invoicesOfOrganization: perArguments((orderBy: InvoiceOrder, filter: InvoiceFilter) =>
      pagesOf(em, invoicesIn(orderBy, columns('Invoice')), 'organization_id', [
        where,
        ...conditionsOf(filter, clock()),
      ]),
    ),
    billing: byId(
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
