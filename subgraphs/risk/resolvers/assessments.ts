import { fieldsOf } from '#shared/graphql/columns.ts';
import { moneyOf } from '#shared/input/money.ts';
import { checkCount, type PageArguments } from '#shared/pages/connection.ts';
import type { RiskContext } from '../context.ts';
import type { AssessmentFilter } from '../domain/assessment-filter.ts';
import { blockAbove, limitsOf, pointsOf, reviewAbove } from '../domain/rules.ts';
import { type RiskContribution, type RiskFacts, riskRules } from '../domain/vocabulary.ts';
import type { Assessment } from '../entities.ts';
import { maxHistory, pageOfAssessments } from '../store/assessments.ts';

type Page<F> = PageArguments & { readonly filter?: F | null };
interface Reference {
  readonly id: string;
}
interface Count {
  readonly first: number;
}

/** The most matches of one assessment. Its organization, account, address and names at docks can't have more. */
const maxMatches = 30;

export const assessmentQueries = {
  riskAssessments: (_parent: unknown, { filter, ...page }: Page<AssessmentFilter>, { em, columns }: RiskContext) =>
    pageOfAssessments(em, filter ?? {}, page, columns('RiskAssessment')),
  riskPolicy: () => ({
    reviewAbove,
    blockAbove,
    rules: riskRules.map((rule) => ({ rule, points: pointsOf[rule], parameters: limitsOf[rule] })),
  }),
};

export const Shipment = {
  __resolveReference: ({ id }: Reference) => ({ id }),
  risk: ({ id }: Reference, _args: unknown, { loaders }: RiskContext) => loaders.assessmentOfShipment.load(id),
};

const assessmentField = fieldsOf<Assessment, RiskContext>();
export const RiskAssessment = {
  __resolveReference: ({ id }: Reference, { loaders }: RiskContext) => loaders.assessment.load(id),
  shipment: assessmentField(['shipmentId'], ({ shipmentId }) => ({ id: shipmentId })),
  organization: assessmentField(['organizationId'], ({ organizationId }) => ({ id: organizationId })),
  reviewCase: assessmentField(['shipmentId'], ({ shipmentId }, _args, { loaders }) =>
    loaders.reviewCaseOfShipment.load(shipmentId),
  ),
  history: assessmentField(['shipmentId'], async ({ shipmentId }, { first }: Count, { loaders }) => {
    checkCount('first', first, maxHistory);
    return (await loaders.historyOfShipment.load(shipmentId)).slice(0, first);
  }),
};

export const RiskFactsResolvers = {
  declaredValue: ({ valueCents, currency }: RiskFacts) => moneyOf(valueCents, currency),
  watchlist: async ({ watchlist }: RiskFacts, { first }: Count, { loaders }: RiskContext) => {
    checkCount('first', first, maxMatches);
    const met = watchlist.slice(0, first);
    const entries = await Promise.all(met.map(({ entryId }) => loaders.watchlistEntry.load(entryId)));
    return entries.filter((entry) => entry !== null);
  },
};

const namedValues = ({ parameters }: Pick<RiskContribution, 'parameters'>) =>
  Object.entries(parameters).map(([name, value]) => ({ name, value }));

export const RiskContributionResolvers = { parameters: namedValues };
export const RiskPolicyRule = { parameters: namedValues };
