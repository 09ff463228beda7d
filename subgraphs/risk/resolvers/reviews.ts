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
    { em }: RiskContext,
  ) => pageOfReviews(em, filter ?? {}, page),
  reviewCase: (_parent: unknown, { id }: Reference, { loaders }: RiskContext) => loaders.reviewCase.load(id),
};

export const reviewMutations = {
  decideReview: recordMutation('reviewCase', {
    parse: decideReviewInput,
    change: ({ transaction, caller, input, now }) => decideCase(transaction, caller.accountId, input, now),
    find: findDecided,
  }),
};

export const ReviewCase = {
  __resolveReference: ({ id }: Reference, { loaders }: RiskContext) => loaders.reviewCase.load(id),
  shipment: ({ shipmentId }: Case) => ({ id: shipmentId }),
  reference: async ({ shipmentId }: Case, _args: unknown, { loaders }: RiskContext) =>
    (await loaders.booking.load(shipmentId))?.reference,
  organization: ({ organizationId }: Case) => ({ id: organizationId }),
  assessment: ({ assessmentId }: Case, _args: unknown, { loaders }: RiskContext) =>
    loaders.assessment.load(assessmentId),
  pickupFrom: async ({ shipmentId }: Case, _args: unknown, { loaders }: RiskContext) =>
    (await loaders.booking.load(shipmentId))?.pickupFrom,
  decidedBy: ({ decidedBy }: Case) => (decidedBy ? { id: decidedBy } : null),
};
