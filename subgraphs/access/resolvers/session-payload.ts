import { type AccountIdentity, scopesOf } from '#shared/identity/identity.ts';
import { accessTokens } from '#shared/identity/tokens.ts';
import type { AccessContext, AccountNode } from '../context.ts';
import { type RefreshToken, tokenText } from '../domain/refresh-token.ts';
import type { Account } from '../entities.ts';
import { tierOf } from '../store/organizations.ts';

const { longestSeconds } = accessTokens;

export async function sessionPayload(context: AccessContext, account: Account, token: RefreshToken) {
  const identity = await identityOf(context, account, token.sessionId);
  const viewer: AccountNode = { ...account, seenAs: identity };
  return {
    accessToken: context.signer.sign(identity, accessTokens, longestSeconds),
    refreshToken: tokenText(token),
    expiresAt: new Date(Date.now() + longestSeconds * 1000),
    viewer,
  };
}

/** The identity of an account for a new access token. */
async function identityOf({ em }: AccessContext, account: Account, sessionId: string): Promise<AccountIdentity> {
  const { id: accountId, roles, organizationId = null, driverId = null } = account;
  const tier = await tierOf(em, organizationId);
  const scopes = scopesOf(roles);
  return { kind: 'account', accountId, sessionId, apiKeyId: null, organizationId, driverId, roles, scopes, tier };
}
