import { mutation, recordMutation } from '#shared/graphql/mutation.ts';
import { parseInput } from '#shared/input/parse-input.ts';
import type { PricingContext } from '../context.ts';
import {
  acceptQuoteInput,
  observationInput,
  type PaymentInput,
  paymentInput,
  requestQuoteInput,
} from '../domain/inputs.ts';
import { InvoiceEntity, MarketObservationEntity, PaymentEntity, QuoteEntity } from '../entities.ts';
import { recordObservation } from '../store/market.ts';
import { recordPayment } from '../store/payments.ts';
import { acceptQuote, makeQuote, shipmentOfQuote } from '../store/quotes.ts';

export const Mutation = {
  requestQuote: recordMutation('quote', {
    parse: requestQuoteInput,
    after: ({ shipmentId }) => [shipmentId],
    change: ({ transaction, caller, input, now }) => makeQuote(transaction, caller, input, now),
    find: (em, id) => em.findOneOrFail(QuoteEntity, id),
  }),
  acceptQuote: recordMutation('quote', {
    parse: acceptQuoteInput,
    after: ({ quoteId }, { em }: PricingContext) => shipmentOfQuote(em, quoteId),
    change: ({ transaction, caller, input, now }) => acceptQuote(transaction, caller, input, now),
    find: (em, id) => em.findOneOrFail(QuoteEntity, id),
  }),
  recordPayment: mutation({
    parse: (input, _context: PricingContext, now): PaymentInput => parseInput(paymentInput(now), input),
    change: async ({ transaction, caller, input, now }) =>
      (await recordPayment(transaction, caller.accountId, input, now)).id,
    payload: async (id, { transaction: { em } }) => {
      const payment = await em.findOneOrFail(PaymentEntity, id);
      return { payment, invoice: await em.findOneOrFail(InvoiceEntity, payment.invoiceId) };
    },
  }),
  recordMarketObservation: recordMutation('observation', {
    parse: observationInput,
    change: ({ transaction, input, now }) => recordObservation(transaction, input, now),
    find: (em, id) => em.findOneOrFail(MarketObservationEntity, id),
  }),
};
