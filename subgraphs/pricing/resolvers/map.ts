import { recordOnce } from '#shared/database/idempotency.ts';
import { GraphError, payloadOf } from '#shared/errors/errors.ts';
import { roadMeters } from '#shared/geo/road.ts';
import { changeRecord, keyedCall } from '#shared/graphql/change.ts';
import { accountOf } from '#shared/graphql/context.ts';
import { scalars } from '#shared/graphql/scalars.ts';
import { parseIdempotencyKey } from '#shared/input/idempotency-key.ts';
import { moneyOf } from '#shared/input/money.ts';
import { checkCount } from '#shared/pages/connection.ts';
import type { Subgraph } from '#shared/subgraph.ts';
import type { Equipment } from '#shared/vocabulary.ts';
import type { PricingContext } from '../context.ts';
import { invoiceStatus, outstandingCents, overpaidCents } from '../domain/billing.ts';
import { computePrice, type Price } from '../domain/price.ts';
import { CustomerEntity, type Invoice, type Payment, type Quote, QuoteEntity } from '../entities.ts';
import { type InvoicesArguments, listInvoices } from '../store/invoice-list.ts';
import { latestObservations, type ObservationInput, recordObservation } from '../store/market.ts';
import { mostPayments, type PaymentInput, recordPayment } from '../store/payments.ts';
import { acceptQuote, currency, makeQuote } from '../store/quotes.ts';
import type { BillingSums } from '../store/summaries.ts';
import { billingReach } from '../store/visibility.ts';

interface QuoteRequest {
  readonly shipmentId: string;
  readonly shipmentVersion?: number | null;
  readonly idempotencyKey: string;
}
interface AcceptQuote {
  readonly quoteId: string;
  readonly shipmentVersion?: number | null;
  readonly idempotencyKey?: string | null;
}
interface Reference {
  readonly id: string;
}
interface GeoPoint {
  readonly latitude: number;
  readonly longitude: number;
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
    priceEstimate: async (_parent, { input }: { input: EstimateInput }, { em, identity }) => {
      checkEstimate(input);
      const { equipment, origin, originCountry, destination, destinationCountry, volumeM3 } = input;
      const organizationId = identity.kind === 'account' ? identity.organizationId : null;
      const customer = organizationId ? await em.findOne(CustomerEntity, organizationId) : null;
      return computePrice({
        equipment,
        volumeM3,
        distanceMeters: roadMeters(
          { ...origin, country: originCountry.toUpperCase() },
          { ...destination, country: destinationCountry.toUpperCase() },
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
  Mutation: {
    requestQuote: (_parent, { input }: { input: QuoteRequest }, context) =>
      changeRecord(context, 'quote', (transaction, caller, now) => {
        const { idempotencyKey, ...wanted } = input;
        const call = keyedCall(caller, 'requestQuote', {
          ...wanted,
          idempotencyKey: parseIdempotencyKey(idempotencyKey),
        });
        const { em } = transaction;
        return recordOnce(
          transaction,
          call,
          () => makeQuote(transaction, caller, wanted, now),
          (id) => em.findOneOrFail(QuoteEntity, id),
        );
      }),
    acceptQuote: (_parent, { input }: { input: AcceptQuote }, context) =>
      changeRecord(context, 'quote', (transaction, caller, now) => {
        const { idempotencyKey, ...wanted } = input;
        const call = keyedCall(caller, 'acceptQuote', {
          ...wanted,
          idempotencyKey: parseIdempotencyKey(idempotencyKey),
        });
        return recordOnce(
          transaction,
          call,
          () => acceptQuote(transaction, caller, wanted, now),
          (id) => transaction.em.findOneOrFail(QuoteEntity, id),
        );
      }),
    recordPayment: (_parent, { input }: { input: PaymentInput }, context) =>
      payloadOf(() => recordPayment(context.transact, accountOf(context).accountId, input, context.clock())),
    recordMarketObservation: (_parent, { input }: { input: ObservationInput }, context) =>
      payloadOf(async () => {
        const { accountId } = accountOf(context);
        return { observation: await recordObservation(context.transact, accountId, input, context.clock()) };
      }),
  },
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
      checkCount('last', last, mostPayments);
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

interface EstimateInput {
  readonly equipment: Equipment;
  readonly origin: GeoPoint;
  readonly originCountry: string;
  readonly destination: GeoPoint;
  readonly destinationCountry: string;
  readonly volumeM3: number;
}

function checkEstimate({ origin, originCountry, destination, destinationCountry, volumeM3 }: EstimateInput): void {
  for (const country of [originCountry, destinationCountry]) {
    if (!/^[A-Za-z]{2}$/.test(country)) {
      const got = country.slice(0, 40);
      throw new GraphError('BAD_USER_INPUT', `A country must be an ISO 3166-1 alpha-2 code such as US; got ${got}.`);
    }
  }
  for (const { latitude, longitude } of [origin, destination]) {
    if (Math.abs(latitude) > 90 || Math.abs(longitude) > 180) {
      throw new GraphError(
        'BAD_USER_INPUT',
        `The latitude must be from -90 to 90 and the longitude from -180 to 180; got ${latitude}, ${longitude}.`,
      );
    }
  }
  if (!(volumeM3 > 0 && volumeM3 <= 200))
    throw new GraphError('BAD_USER_INPUT', `"volumeM3" must be above 0 and at most 200; got ${volumeM3}.`);
}
