import { payloadOf, refuse } from '#shared/errors/errors.ts';
import { accessChangedTopic } from '#shared/identity/access-snapshot.ts';
import { type AccessContext, anonymousAudit, clientOf } from '../context.ts';
import { parseToken } from '../domain/refresh-token.ts';
import { endSession, rotateToken } from '../store/sessions.ts';
import { announced } from './announced.ts';
import { answerChallenge } from './answer-challenge.ts';
import { sessionPayload } from './session-payload.ts';
import { signIn } from './sign-in.ts';

interface TokenInput {
  readonly refreshToken: string;
}

async function refreshSession(_parent: unknown, { input }: { input: TokenInput }, context: AccessContext) {
  return payloadOf(async () => {
    const token = parseToken(input.refreshToken);
    const refreshed =
      token && (await context.transact(({ em }) => rotateToken(em, token, clientOf(context), anonymousAudit(context))));
    if (refreshed?.outcome !== 'refreshed') {
      if (refreshed?.outcome === 'reused') {
        context.live.publish(accessChangedTopic, null); // the session has ended
        context.report(context, 'refresh_token_reused', refreshed.accountId);
      }
      context.report(context, 'refresh_refused', null);
      refuse('INVALID_REFRESH_TOKEN', 'This refresh token is not valid. Sign in again.', 'refreshToken');
    }
    context.report(context, 'refreshed', refreshed.account.id);
    return sessionPayload(context, refreshed.account, refreshed.token, refreshed.codeAt);
  });
}

async function signOut(_parent: unknown, { input }: { input: TokenInput }, context: AccessContext) {
  const token = parseToken(input.refreshToken);
  const accountId = token && (await context.transact(({ em }) => endSession(em, token, anonymousAudit(context))));
  if (accountId) context.report(context, 'signed_out', accountId);
  return { userErrors: [] };
}

export const sessionMutations = { signIn, answerChallenge, refreshSession, signOut: announced(signOut) };
