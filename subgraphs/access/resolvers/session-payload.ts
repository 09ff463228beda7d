import { type AccountIdentity, scopesOf } from '#shared/identity/identity.ts';
import { accessTokens } from '#shared/identity/tokens.ts';
import type { AccessContext, AccountNode } from '../context.ts';
import { type RefreshToken, tokenText } from '../domain/refresh-token.ts';
import { needsSecondFactor } from '../domain/second-factor-policy.ts';
import type { Account } from '../entities.ts';
import { tierOf } from '../store/organizations.ts';
import { hasFactor } from '../store/second-factors.ts';

const { longestSeconds } = accessTokens;

/** @param codeAt when the account gave the last code in this session */
export async function sessionPayload(
  context: AccessContext,
  account: Account,
  token: RefreshToken,
  codeAt: Date | null,
) {
  const session = { id: token.sessionId, codeAt };
  return { ...(await accessTokenPayload(context, account, session)), refreshToken: tokenText(token) };
}

interface GivenSession {
  readonly id: string;
  readonly codeAt: Date | null;
}

/** A new access token of a session, and its account. */
export async function accessTokenPayload(context: AccessContext, account: Account, session: GivenSession) {
  const identity = await identityOf(context, account, session);
  const viewer: AccountNode = { ...account, seenAs: identity };
  return {
    accessToken: context.signer.sign(identity, accessTokens, longestSeconds),
    expiresAt: new Date(Date.now() + longestSeconds * 1000),
    viewer,
  };
}

/** The identity of an account for a new access token. Staff without the second factor that they need have no roles. */
async function identityOf(
  { em, secondFactor }: AccessContext,
  account: Account,
  session: GivenSession,
): Promise<AccountIdentity> {
  const { id: accountId, organizationId = null, driverId = null } = account;
  const tier = await tierOf(em, organizationId);
  const isEnrolled = await hasFactor(em, accountId);
  const mustEnrol = !isEnrolled && needsSecondFactor(secondFactor, account.roles);
  const roles = mustEnrol ? [] : account.roles;
  return {
    kind: 'account',
    accountId,
    credential: {
      kind: 'session',
      id: session.id,
      needsCode: isEnrolled || secondFactor === 'required',
      ...(session.codeAt && { codeAt: Math.floor(session.codeAt.getTime() / 1000) }),
      ...(mustEnrol && { mustEnrol }),
    },
    organizationId,
    driverId,
    roles,
    scopes: scopesOf(roles),
    tier,
  };
}
