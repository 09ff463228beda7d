import { payloadOf, refuse } from '#shared/errors.ts';
import { type AccountIdentity, scopesOf } from '#shared/identity.ts';
import { type AccessContext, type AccountNode, anonymousAudit } from '../context.ts';
import { passwordFits } from '../domain/passwords.ts';
import { parseToken, type RefreshToken, tokenText } from '../domain/refresh-token.ts';
import type { Account } from '../entities.ts';
import { findByEmail } from '../store/accounts.ts';
import { beginAttempt, forgetAttempts, pruneAttempts } from '../store/attempts.ts';
import { tierOf } from '../store/organizations.ts';
import { beginSession, endSession, rotateToken } from '../store/sessions.ts';

/** Seconds for which an access token is good. */
const accessTokenSeconds = 15 * 60;

interface SignInInput {
  readonly email: string;
  readonly password: string;
}
interface TokenInput {
  readonly refreshToken: string;
}

async function signIn(_root: unknown, { input }: { input: SignInInput }, context: AccessContext) {
  return payloadOf(async () => {
    const { em, clock } = context;
    const now = clock();
    const email = input.email.trim().toLowerCase();
    const credible = email.length <= 254 && !email.includes('\0') && input.password.length <= 128;
    if (!credible) refuseCredentials();
    const wait = await beginAttempt(em, email, now);
    if (wait > 0) refuse('TOO_MANY_ATTEMPTS', `A pause of ${wait} seconds is required after this many attempts.`);
    const account = await findByEmail(em, email);
    const open = account && !account.deactivatedAt ? account : null;
    const fits = await passwordFits(open?.passwordHash ?? null, input.password);
    if (!open || !fits) {
      await pruneAttempts(em, now);
      refuseCredentials();
    }
    const token = await context.transact(async (transaction) => {
      await forgetAttempts(transaction.em, email);
      return beginSession(transaction.em, open.id, now);
    });
    return sessionPayload(context, open, token);
  });
}

function refuseCredentials(): never {
  refuse('INVALID_CREDENTIALS', 'The e-mail address of an account and its password are required; got others.');
}

async function refreshSession(_root: unknown, { input }: { input: TokenInput }, context: AccessContext) {
  return payloadOf(async () => {
    const token = parseToken(input.refreshToken);
    const refreshed = token && (await context.transact(({ em }) => rotateToken(em, token, anonymousAudit(context))));
    if (refreshed?.outcome !== 'refreshed') {
      refuse('INVALID_REFRESH_TOKEN', 'The newest token of a live session is required; sign in again.', 'refreshToken');
    }
    return sessionPayload(context, refreshed.account, refreshed.token);
  });
}

async function signOut(_root: unknown, { input }: { input: TokenInput }, { em, clock }: AccessContext) {
  const token = parseToken(input.refreshToken);
  if (token) await endSession(em, token, clock());
  return { userErrors: [] };
}

async function sessionPayload(context: AccessContext, account: Account, token: RefreshToken) {
  const identity = await identityOf(context, account);
  const viewer: AccountNode = { ...account, seenAs: identity };
  return {
    accessToken: await context.signer.sign(identity, accessTokenSeconds),
    refreshToken: tokenText(token),
    expiresAt: new Date(Date.now() + accessTokenSeconds * 1000),
    viewer,
  };
}

/** What the account may do from now on, for its token. */
async function identityOf({ em }: AccessContext, account: Account): Promise<AccountIdentity> {
  const { id: accountId, roles, organizationId = null, driverId = null } = account;
  const tier = await tierOf(em, organizationId);
  return { kind: 'account', accountId, organizationId, driverId, roles, scopes: scopesOf(roles), tier };
}

export const sessionMutations = { signIn, refreshSession, signOut };
