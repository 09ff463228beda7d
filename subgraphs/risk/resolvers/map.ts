import { personalRecords, resolvePerson } from '#shared/graphql/personal-data.ts';
import { JsonScalar, scalars } from '#shared/graphql/scalars.ts';
import type { Subgraph } from '#shared/subgraph.ts';
import type { RiskContext } from '../context.ts';
import { personalLists } from '../store/personal-data.ts';
import {
  assessmentQueries,
  RiskAssessment,
  RiskContributionResolvers,
  RiskFactsResolvers,
  RiskPolicyRule,
  Shipment,
} from './assessments.ts';
import { ReviewCase, reviewMutations, reviewQueries } from './reviews.ts';
import { WatchlistEntry, watchlistMutations, watchlistQueries } from './watchlist.ts';

export const resolvers: Subgraph<RiskContext>['resolvers'] = {
  JSON: JsonScalar,
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
  PersonalData: {
    __resolveReference: resolvePerson,
    risk: personalRecords(personalLists),
  },
};
