import { scalars } from '#shared/scalars.ts';
import type { Subgraph } from '#shared/subgraph.ts';
import { createContext, type RiskContext } from './context.ts';
import { entities } from './entities.ts';
import { reactions } from './events.ts';
import { migrations } from './migrations/list.ts';
import {
  assessmentQueries,
  RiskAssessment,
  RiskContributionResolvers,
  RiskFactsResolvers,
  RiskPolicyRule,
  Shipment,
} from './resolvers/assessments.ts';
import { ReviewCase, reviewMutations, reviewQueries } from './resolvers/reviews.ts';
import { WatchlistEntry, watchlistMutations, watchlistQueries } from './resolvers/watchlist.ts';
import { rules } from './rules.ts';

export const risk: Subgraph<RiskContext> = {
  name: 'risk',
  schema: new URL('./schema.graphql', import.meta.url),
  entities,
  migrations,
  rules,
  reactions,
  context: createContext,
  resolvers: {
    ...scalars,
    Query: { ...assessmentQueries, ...reviewQueries, ...watchlistQueries },
    Mutation: { ...reviewMutations, ...watchlistMutations },
    Shipment,
    RiskAssessment,
    RiskFacts: RiskFactsResolvers,
    RiskContribution: RiskContributionResolvers,
    RiskPolicyRule,
    ReviewCase,
    WatchlistEntry,
  },
};
