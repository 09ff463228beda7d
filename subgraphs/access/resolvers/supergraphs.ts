import { mutation, type Scope } from '#shared/graphql/mutation.ts';
import { type AccessContext, auditOf } from '../context.ts';
import { type AcceptSupergraph, acceptSupergraphInput } from '../domain/supergraph-inputs.ts';
import { acceptSupergraph } from '../store/accepted-supergraphs.ts';
import { requireActor } from '../store/actor.ts';
import { announced } from './announced.ts';

export const supergraphMutations = {
  acceptSupergraph: announced(
    mutation({
      parse: acceptSupergraphInput,
      /** The account of the token can have lost its role since. */
      allow: ({ transaction: { em }, caller }: Scope<AccessContext, AcceptSupergraph>) =>
        requireActor(em, caller.accountId, 'access:write'),
      change: async ({ context, transaction: { em }, caller, input, now }) => {
        const { hash, reason, acceptedAt } = await acceptSupergraph(em, auditOf(context, caller, now), input);
        return { hash, reason, acceptedAt: acceptedAt.toISOString() };
      },
      payload: ({ hash, reason, acceptedAt }) => ({ supergraph: { hash, reason, acceptedAt: new Date(acceptedAt) } }),
    }),
  ),
};
