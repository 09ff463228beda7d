import { type Rules, steppedUp, withScope } from '#shared/graphql/authorization.ts';

export const rules: Rules = {
  Query: {
    priceEstimate: withScope('pricing:read'),
    quote: withScope('pricing:read'),
    invoice: withScope('pricing:read'),
    invoices: withScope('pricing:read'),
  },
  Mutation: {
    requestQuote: withScope('pricing:write'),
    acceptQuote: withScope('pricing:write'),
    recordPayment: steppedUp(withScope('pricing:bill')),
    recordMarketObservation: withScope('pricing:bill'),
  },
};
