import { payloadOf } from '#shared/errors/errors.ts';
import { fieldsOf } from '#shared/graphql/columns.ts';
import { mutation, recordMutation, type Scope } from '#shared/graphql/mutation.ts';
import { hashApiKey, newApiKey, secretIdOf, shownPart } from '#shared/identity/api-keys.ts';
import { signingSecret } from '#shared/identity/request-signing.ts';
import { parseInput } from '#shared/input/parse-input.ts';
import { type AccessContext, auditOf } from '../context.ts';
import {
  type CreateApiKey,
  createApiKeyInput,
  type RevokeApiKey,
  type RotateApiKey,
  recordApiKeyUsesInput,
  revokeApiKeyInput,
  rotateApiKeyInput,
} from '../domain/api-key-inputs.ts';
import { ApiKeyEntity, type ApiKey as ApiKeyRow } from '../entities.ts';
import { readSnapshot } from '../store/access-snapshot.ts';
import { requireActor } from '../store/actor.ts';
import { createApiKey, type IssueKey, revokeApiKey, rotateApiKey } from '../store/api-key-changes.ts';
import { recordUses, renewHashes } from '../store/api-keys.ts';
import { announced } from './announced.ts';

interface Reference {
  readonly id: string;
}

const apiKeyField = fieldsOf<ApiKeyRow, AccessContext>();

export const ApiKey = {
  __resolveReference: ({ id }: Reference, { identity, loadersOf }: AccessContext) =>
    loadersOf(identity).apiKey.load(id),
  organization: apiKeyField(['organizationId'], ({ organizationId }, _args, { identity, loadersOf }) =>
    loadersOf(identity).organization.load(organizationId),
  ),
  account: apiKeyField(['accountId'], ({ accountId }, _args, { identity, loadersOf }) =>
    loadersOf(identity).namedAccount.load(accountId),
  ),
};

export const apiKeyQueries = {
  apiKey: (_parent: unknown, { id }: Reference, { identity, loadersOf }: AccessContext) =>
    loadersOf(identity).apiKey.load(id),
  accessSnapshot: async (_parent: unknown, { after }: { after?: string | null }, { em, clock }: AccessContext) => {
    const snapshot = await readSnapshot(em, after, clock());
    return snapshot && JSON.stringify(snapshot);
  },
};

/** The account of the token can have lost its role since. */
const requireKeeper = ({ transaction: { em }, caller }: Scope<AccessContext, unknown>) =>
  requireActor(em, caller.accountId, 'access:keys');

/** Texts of new keys by the calls that made them. A repeated call has made none. */
const issuedTexts = new WeakMap<object, string>();

/** Makes the text of a new key, which the payload of this call shows once. */
const issueFor =
  (scope: Scope<AccessContext, unknown>): IssueKey =>
  (mode) => {
    const text = newApiKey(mode);
    issuedTexts.set(scope, text);
    return { hash: hashApiKey(text, scope.context.apiKeySecret), prefix: shownPart(text) };
  };

async function issuedPayload(id: string, scope: Scope<AccessContext, unknown>) {
  const apiKey = await scope.transaction.em.findOneOrFail(ApiKeyEntity, id);
  const key = issuedTexts.get(scope) ?? null;
  const hasSecret = key !== null && apiKey.requireSignature && apiKey.signingPublicKey === null;
  return { apiKey, key, signingSecret: hasSecret ? signingSecret(apiKey.hash, scope.context.apiKeySecret) : null };
}

async function recordApiKeyUses(
  _parent: unknown,
  { input }: { input: unknown },
  { transact, apiKeySecret }: AccessContext,
) {
  return payloadOf(async () => {
    const { uses } = parseInput(recordApiKeyUsesInput, input);
    await transact(async ({ em }) => {
      await recordUses(em, uses);
      await renewHashes(em, uses, secretIdOf(apiKeySecret));
    });
    return {};
  });
}

export const apiKeyMutations = {
  createApiKey: announced(
    mutation({
      parse: createApiKeyInput,
      allow: requireKeeper,
      change: async (scope: Scope<AccessContext, CreateApiKey>) => {
        const { context, transaction, caller, input, now } = scope;
        return (await createApiKey(transaction, auditOf(context, caller, now), caller, input, issueFor(scope))).id;
      },
      payload: issuedPayload,
    }),
  ),
  rotateApiKey: announced(
    mutation({
      parse: rotateApiKeyInput,
      allow: requireKeeper,
      change: async (scope: Scope<AccessContext, RotateApiKey>) => {
        const { context, transaction, caller, input, now } = scope;
        return (await rotateApiKey(transaction, auditOf(context, caller, now), caller, input, issueFor(scope))).id;
      },
      payload: issuedPayload,
    }),
  ),
  revokeApiKey: announced(
    recordMutation('apiKey', {
      parse: revokeApiKeyInput,
      allow: requireKeeper,
      change: ({ context, transaction: { em }, caller, input, now }: Scope<AccessContext, RevokeApiKey>) =>
        revokeApiKey(em, auditOf(context, caller, now), caller, input),
    }),
  ),
  recordApiKeyUses,
};
