import { roadMeters } from '#shared/geo/road.ts';
import { fieldsOf } from '#shared/graphql/columns.ts';
import { personalRecords, resolvePerson } from '#shared/graphql/personal-data.ts';
import { JsonScalar, scalars } from '#shared/graphql/scalars.ts';
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
import { personalLists } from '../store/personal-data.ts';
import { currency } from '../store/quotes.ts';
import type { BillingSums } from '../store/summaries.ts';
import { billingReach } from '../store/visibility.ts';
import { Mutation } from './mutation.ts';

interface Reference {
  readonly id: string;
}
const priceField = fieldsOf<Price, PricingContext>();
const quoteField = fieldsOf<Quote, PricingContext>();
const invoiceField = fieldsOf<Invoice, PricingContext>();
const paymentField = fieldsOf<Payment, PricingContext>();

/** The price fields that quotes and estimates have in common. */
const priceParts = {
  price: priceField(['priceCents'], ({ priceCents }) => moneyOf(priceCents, currency)),
  baseRate: priceField(['baseRateCents'], ({ baseRateCents }) => moneyOf(baseRateCents, currency)),
  floor: priceField(['floorCents'], ({ floorCents }) => moneyOf(floorCents, currency)),
  ceiling: priceField(['ceilingCents'], ({ ceilingCents }) => moneyOf(ceilingCents, currency)),
};

export const resolvers: Subgraph<PricingContext>['resolvers'] = {
  JSON: JsonScalar,
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
    invoices: (_parent, args: InvoicesArguments, { em, identity, clock, columns }) =>
      listInvoices(em, billingReach(identity), args, clock(), columns('Invoice')),
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
    shipment: quoteField(['shipmentId'], ({ shipmentId }) => ({ id: shipmentId })),
    status: quoteField(['withdrawnAt', 'acceptedAt', 'expiresAt'], (quote, _args, { clock }) => {
      if (quote.withdrawnAt) return 'WITHDRAWN';
      if (quote.acceptedAt) return 'ACCEPTED';
      return quote.expiresAt <= clock() ? 'EXPIRED' : 'OFFERED';
    }),
    ...priceParts,
    requestedBy: quoteField(['requestedBy'], ({ requestedBy }) => (requestedBy ? { id: requestedBy } : null)),
  },
  PriceEstimate: priceParts,
  Invoice: {
    __resolveReference: ({ id }: Reference, { loaders }: PricingContext) => loaders.invoice.load(id),
    shipment: invoiceField(['shipmentId'], ({ shipmentId }) => ({ id: shipmentId })),
    organization: invoiceField(['organizationId'], ({ organizationId }) => ({ id: organizationId })),
    status: invoiceField(['amountCents', 'paidCents', 'dueAt'], (invoice, _args, { clock }) =>
      invoiceStatus(invoice, clock()),
    ),
    quote: invoiceField(['quoteId'], ({ quoteId }, _args, { loaders }) =>
      quoteId ? loaders.quote.load(quoteId) : null,
    ),
    amount: invoiceField(['amountCents', 'currency'], ({ amountCents, currency }) => moneyOf(amountCents, currency)),
    paid: invoiceField(['paidCents', 'currency'], ({ paidCents, currency }) => moneyOf(paidCents, currency)),
    outstanding: invoiceField(['amountCents', 'paidCents', 'currency'], (invoice) =>
      moneyOf(outstandingCents(invoice), invoice.currency),
    ),
    overpaid: invoiceField(['amountCents', 'paidCents', 'currency'], (invoice) =>
      moneyOf(overpaidCents(invoice), invoice.currency),
    ),
    payments: invoiceField(['id'], async ({ id }, { last }: { last: number }, { loaders }) => {
      checkCount('last', last, maxPayments);
      return (await loaders.paymentsOfInvoice.load(id)).slice(-last);
    }),
  },
  Payment: {
    amount: paymentField(['amountCents'], ({ amountCents }) => moneyOf(amountCents, currency)),
    recordedBy: paymentField(['recordedBy'], ({ recordedBy }) => (recordedBy ? { id: recordedBy } : null)),
  },
  BillingSummary: {
    outstanding: ({ outstandingCents: cents }: BillingSums) => moneyOf(cents, currency),
    overdue: ({ overdueCents }: BillingSums) => moneyOf(overdueCents, currency),
    paidYearToDate: ({ paidYearToDateCents }: BillingSums) => moneyOf(paidYearToDateCents, currency),
    credit: ({ creditCents }: BillingSums) => moneyOf(creditCents, currency),
  },
  PersonalData: {
    __resolveReference: resolvePerson,
    pricing: personalRecords(personalLists),
  },
};
