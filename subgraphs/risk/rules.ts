import { type Rules, withScope } from '#shared/graphql/authorization.ts';

const reading = withScope('risk:read');
const reviewing = withScope('risk:review');

/** `Shipment.risk` has no rule. Its loader returns null without the scope. */
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
