import { payloadOf } from '#shared/errors/errors.ts';
import { accountOf } from '#shared/graphql/context.ts';
import { parseInput } from '#shared/input/parse-input.ts';
import type { PageArguments } from '#shared/pages/connection.ts';
import type { RiskContext } from '../context.ts';
import { decideReviewInput } from '../domain/inputs.ts';
import type { ReviewCase as Case } from '../entities.ts';
import { decideCase, pageOfReviews, type ReviewFilter } from '../store/reviews.ts';

interface Reference {
  readonly id: string;
}

export const reviewQueries = {
  reviewQueue: (
    _root: unknown,
    { filter, ...page }: PageArguments & { readonly filter?: ReviewFilter | null },
    { em }: RiskContext,
  ) => pageOfReviews(em, filter ?? {}, page),
  reviewCase: (_root: unknown, { id }: Reference, { loaders }: RiskContext) => loaders.reviewCase.load(id),
};

function decideReview(_root: unknown, { input }: { readonly input: unknown }, context: RiskContext) {
  return payloadOf(async () => {
    const { accountId } = accountOf(context);
    const wanted = parseInput(decideReviewInput, input);
    const { reviewCase, conflict } = await context.transact((transaction) =>
      decideCase(transaction, accountId, wanted, context.clock()),
    );
    const message = `This review case is at version ${reviewCase.version}, not ${wanted.expectedVersion}. Load it again and repeat the decision.`;
    return { reviewCase, userErrors: conflict ? [{ code: 'CONFLICT', field: ['expectedVersion'], message }] : [] };
  });
}

export const reviewMutations = { decideReview };

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
