import { fieldsOf } from '#shared/graphql/columns.ts';
import { recordMutation } from '#shared/graphql/mutation.ts';
import type { PageArguments } from '#shared/pages/connection.ts';
import type { RiskContext } from '../context.ts';
import { decideReviewInput } from '../domain/inputs.ts';
import type { ReviewCase as Case } from '../entities.ts';
import { decideCase, findDecided, pageOfReviews, type ReviewFilter } from '../store/reviews.ts';

interface Reference {
  readonly id: string;
}

export const reviewQueries = {
  reviewQueue: (
    _parent: unknown,
    { filter, ...page }: PageArguments & { readonly filter?: ReviewFilter | null },
    { em, columns }: RiskContext,
  ) => pageOfReviews(em, filter ?? {}, page, columns('ReviewCase')),
  reviewCase: (_parent: unknown, { id }: Reference, { loaders }: RiskContext) => loaders.reviewCase.load(id),
};

export const reviewMutations = {
  decideReview: recordMutation('reviewCase', {
    parse: decideReviewInput,
    change: ({ transaction, caller, input, now }) => decideCase(transaction, caller.accountId, input, now),
    find: findDecided,
  }),
};

const caseField = fieldsOf<Case, RiskContext>();
export const ReviewCase = {
  __resolveReference: ({ id }: Reference, { loaders }: RiskContext) => loaders.reviewCase.load(id),
  shipment: caseField(['shipmentId'], ({ shipmentId }) => ({ id: shipmentId })),
  reference: caseField(
    ['shipmentId'],
    async ({ shipmentId }, _args, { loaders }) => (await loaders.booking.load(shipmentId))?.reference,
  ),
  organization: caseField(['organizationId'], ({ organizationId }) => ({ id: organizationId })),
  assessment: caseField(['assessmentId'], ({ assessmentId }, _args, { loaders }) =>
    loaders.assessment.load(assessmentId),
  ),
  pickupFrom: caseField(
    ['shipmentId'],
    async ({ shipmentId }, _args, { loaders }) => (await loaders.booking.load(shipmentId))?.pickupFrom,
  ),
  decidedBy: caseField(['decidedBy'], ({ decidedBy }) => (decidedBy ? { id: decidedBy } : null)),
};
