import { type Rules, withScope } from '#shared/graphql/authorization.ts';

const reading = withScope('risk:read');
const reviewing = withScope('risk:review');

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
  Shipment: { risk: reading },
};
