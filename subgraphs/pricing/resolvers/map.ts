import { roadMeters } from '#shared/geo/road.ts';
import { scalars } from '#shared/graphql/scalars.ts';
import { moneyOf } from '#shared/input/money.ts';
import { parseArgument } from '#shared/input/parse-input.ts';
import { checkCount } from '#shared/pages/connection.ts';
import type { Subgraph } from '#shared/subgraph.ts';
import type { PricingContext } from '../context.ts';
import { invoiceStatus, outstandingCents, overpaidCents } from '../domain/billing.ts';
import { estimateInput } from '../domain/inputs.ts';
import { computePrice, type Price } from '../domain/price.ts';
import { CustomerEntity, type Invoice, type Payment, type Quote } from '../entities.ts';
import { type InvoicesArguments, listInvoices } from '../store/invoice-list.ts';
import { latestObservations } from '../store/market.ts';
import { maxPayments } from '../store/payments.ts';
import { currency } from '../store/quotes.ts';
import type { BillingSums } from '../store/summaries.ts';
import { billingReach } from '../store/visibility.ts';
import { Mutation } from './mutation.ts';

interface Reference {
  readonly id: string;
}
/** The price fields that quotes and estimates have in common. */
const priceParts = {
  price: ({ priceCents }: Price) => moneyOf(priceCents, currency),
  baseRate: ({ baseRateCents }: Price) => moneyOf(baseRateCents, currency),
  floor: ({ floorCents }: Price) => moneyOf(floorCents, currency),
  ceiling: ({ ceilingCents }: Price) => moneyOf(ceilingCents, currency),
};

export const resolvers: Subgraph<PricingContext>['resolvers'] = {
  ...scalars,
  Query: {
    priceEstimate: async (_parent, { input }: { input: unknown }, { em, identity }) => {
      const { equipment, volumeM3, ...lane } = parseArgument(estimateInput, 'input', input);
      const { origin, originCountry, destination, destinationCountry } = lane;
      const organizationId = identity.kind === 'account' ? identity.organizationId : null;
      const customer = organizationId ? await em.findOne(CustomerEntity, organizationId) : null;
      return computePrice({
        equipment,
        volumeM3,
        distanceMeters: roadMeters(
          { ...origin, country: originCountry },
          { ...destination, country: destinationCountry },
        ),
        tier: customer?.tier ?? 'FREE',
        demand: null,
        ...(await latestObservations(em, equipment)),
      });
    },
    quote: (_parent, { id }: Reference, { loaders }) => loaders.quote.load(id),
    invoice: (_parent, { id }: Reference, { loaders }) => loaders.invoice.load(id),
    invoices: (_parent, args: InvoicesArguments, { em, identity, clock }) =>
      listInvoices(em, billingReach(identity), args, clock()),
  },
  Mutation,
  Shipment: {
    __resolveReference: ({ id }: Reference) => ({ id }),
    quote: async ({ id }: Reference, _args: unknown, { loaders }: PricingContext) => {
      const quotes = await loaders.quotesOfShipment.load(id);
      return quotes.find((quote) => quote.acceptedAt && !quote.withdrawnAt) ?? quotes[0] ?? null;
    },
    quotes: ({ id }: Reference, _args: unknown, { loaders }: PricingContext) => loaders.quotesOfShipment.load(id),
    invoice: ({ id }: Reference, _args: unknown, { loaders }: PricingContext) => loaders.invoiceOfShipment.load(id),
  },
  Organization: {
    __resolveReference: ({ id }: Reference) => ({ id }),
    invoices: ({ id }: Reference, { filter, orderBy, ...page }: InvoicesArguments, { loaders }: PricingContext) =>
      loaders.invoicesOfOrganization(orderBy, filter ?? {})(id, page),
    billing: ({ id }: Reference, _args: unknown, { loaders }: PricingContext) => loaders.billing.load(id),
  },
  Quote: {
    __resolveReference: ({ id }: Reference, { loaders }: PricingContext) => loaders.quote.load(id),
    shipment: ({ shipmentId }: Quote) => ({ id: shipmentId }),
    status: (quote: Quote, _args: unknown, { clock }: PricingContext) => {
      if (quote.withdrawnAt) return 'WITHDRAWN';
      if (quote.acceptedAt) return 'ACCEPTED';
      return quote.expiresAt <= clock() ? 'EXPIRED' : 'OFFERED';
    },
    ...priceParts,
    requestedBy: ({ requestedBy }: Quote) => (requestedBy ? { id: requestedBy } : null),
  },
  PriceEstimate: priceParts,
  Invoice: {
    __resolveReference: ({ id }: Reference, { loaders }: PricingContext) => loaders.invoice.load(id),
    shipment: ({ shipmentId }: Invoice) => ({ id: shipmentId }),
    organization: ({ organizationId }: Invoice) => ({ id: organizationId }),
    status: (invoice: Invoice, _args: unknown, { clock }: PricingContext) => invoiceStatus(invoice, clock()),
    quote: ({ quoteId }: Invoice, _args: unknown, { loaders }: PricingContext) =>
      quoteId ? loaders.quote.load(quoteId) : null,
    amount: (invoice: Invoice) => moneyOf(invoice.amountCents, invoice.currency),
    paid: (invoice: Invoice) => moneyOf(invoice.paidCents, invoice.currency),
    outstanding: (invoice: Invoice) => moneyOf(outstandingCents(invoice), invoice.currency),
    overpaid: (invoice: Invoice) => moneyOf(overpaidCents(invoice), invoice.currency),
    payments: async ({ id }: Invoice, { last }: { last: number }, { loaders }: PricingContext) => {
      checkCount('last', last, maxPayments);
      return (await loaders.paymentsOfInvoice.load(id)).slice(-last);
    },
  },
  Payment: {
    amount: ({ amountCents }: Payment) => moneyOf(amountCents, currency),
    recordedBy: ({ recordedBy }: Payment) => (recordedBy ? { id: recordedBy } : null),
  },
  BillingSummary: {
    outstanding: ({ outstandingCents: cents }: BillingSums) => moneyOf(cents, currency),
    overdue: ({ overdueCents }: BillingSums) => moneyOf(overdueCents, currency),
    paidYearToDate: ({ paidYearToDateCents }: BillingSums) => moneyOf(paidYearToDateCents, currency),
    credit: ({ creditCents }: BillingSums) => moneyOf(creditCents, currency),
  },
};
