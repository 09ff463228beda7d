import { type Rules, withScope } from '#shared/graphql/authorization.ts';

const reading = withScope('risk:read');
const reviewing = withScope('risk:review');

/** `Shipment.risk` has no rule: without the scope it is null, which the loaders see to. */
export const rules: Rules = {
  Query: {
    riskAssessments: reading,
    reviewQueue: reading,
    reviewCase: reading,
    watchlist: reading,
    riskPolicy: reading,
  },
  Mutation: {
    decideReview: reviewing,
    addWatchlistEntry: reviewing,
    removeWatchlistEntry: reviewing,
  },
};
