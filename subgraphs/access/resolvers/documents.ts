import { payloadOf } from '#shared/errors/errors.ts';
import { fieldsOf } from '#shared/graphql/columns.ts';
import { mutation, recordMutation, type Scope } from '#shared/graphql/mutation.ts';
import { parseArgument, parseInput } from '#shared/input/parse-input.ts';
import type { PageArguments } from '#shared/pages/connection.ts';
import { type AccessContext, auditOf } from '../context.ts';
import {
  documentPlansArguments,
  type RegisterDocuments,
  type RetireDocument,
  recordAppraisalsInput,
  recordDocumentUsesInput,
  recordPlansInput,
  registerDocumentsInput,
  retireDocumentInput,
} from '../domain/document-inputs.ts';
import type { TrustedDocument as TrustedDocumentRow } from '../entities.ts';
import { requireActor } from '../store/actor.ts';
import { type DocumentFilter, findDocument, pageOfDocuments } from '../store/document-list.ts';
import { readPlans, recordPlans } from '../store/document-plans.ts';
import {
  findDocuments,
  recordAppraisals,
  recordDocumentUses,
  registerDocuments,
  retireDocument,
} from '../store/documents.ts';
import { announced } from './announced.ts';

/** The account of the token can have lost its role since. */
const requireRegistrar = ({ transaction: { em }, caller }: Scope<AccessContext, unknown>) =>
  requireActor(em, caller.accountId, 'access:documents');

const field = fieldsOf<TrustedDocumentRow, AccessContext>();

export const TrustedDocument = {
  // Requests name a document by the hash of its text.
  id: field(['hash'], ({ hash }) => hash),
  organization: field(['organizationId'], ({ organizationId }, _args, { identity, loadersOf }) =>
    organizationId ? loadersOf(identity).organization.load(organizationId) : null,
  ),
  price: field(['figures'], ({ figures: { maximum, byField } }) => ({ maximum, byField })),
  fetches: field(['figures'], ({ figures }) => figures.fetches),
  subgraphs: field(['figures'], ({ figures }) => figures.subgraphs),
  callsPerMinute: field(['figures'], ({ figures }) => figures.callsPerMinute),
  cheapestDrop: field(['figures'], ({ figures }) => figures.cheapestDrop),
};

interface Given {
  readonly input: unknown;
}

export const documentQueries = {
  trustedDocument: (_parent: unknown, { id }: { id: string }, { em, identity, columns }: AccessContext) =>
    findDocument(em, identity, id, columns('TrustedDocument')),
  trustedDocuments: (
    _parent: unknown,
    { filter, ...page }: PageArguments & { readonly filter?: DocumentFilter | null },
    { em, identity, columns }: AccessContext,
  ) => pageOfDocuments(em, identity, filter ?? {}, page, columns('TrustedDocument')),
  documentPlans: async (_parent: unknown, args: unknown, { em }: AccessContext) => {
    const { supergraph, documents } = parseArgument(documentPlansArguments, 'documents', args);
    return JSON.stringify(await readPlans(em, supergraph, documents));
  },
};

export const documentMutations = {
  registerDocuments: announced(
    mutation({
      parse: registerDocumentsInput,
      allow: requireRegistrar,
      change: async ({ context, transaction: { em }, caller, input, now }: Scope<AccessContext, RegisterDocuments>) =>
        registerDocuments(em, auditOf(context, caller, now), caller, input),
      payload: async (ids, { transaction: { em }, caller }) => ({ documents: await findDocuments(em, caller, ids) }),
    }),
  ),
  retireDocument: announced(
    recordMutation('document', {
      parse: retireDocumentInput,
      allow: requireRegistrar,
      change: ({ context, transaction: { em }, caller, input, now }: Scope<AccessContext, RetireDocument>) =>
        retireDocument(em, auditOf(context, caller, now), caller, input),
    }),
  ),
  async recordDocumentAppraisals(_parent: unknown, { input }: Given, { transact }: AccessContext) {
    return payloadOf(async () => {
      const { accountId, appraisals } = parseInput(recordAppraisalsInput, input);
      await transact(({ em }) => recordAppraisals(em, accountId, appraisals));
      return {};
    });
  },
  async recordDocumentUses(_parent: unknown, { input }: Given, { transact }: AccessContext) {
    return payloadOf(async () => {
      const { uses } = parseInput(recordDocumentUsesInput, input);
      await transact(({ em }) => recordDocumentUses(em, uses));
      return {};
    });
  },
  async recordDocumentPlans(_parent: unknown, { input }: Given, { transact }: AccessContext) {
    return payloadOf(async () => {
      const { supergraph, plans } = parseInput(recordPlansInput, input);
      await transact(({ em }) => recordPlans(em, supergraph, plans));
      return {};
    });
  },
};
