import { payloadOf, refuse } from '#shared/errors/errors.ts';
import { type AccessContext, anonymousAudit, clientOf } from '../context.ts';
import { beginChallenge } from '../store/challenges.ts';
import { hasFactor } from '../store/second-factors.ts';
import { recordFailure, recordSignIn } from '../store/sign-in.ts';
import { sessionPayload } from './session-payload.ts';
import { tryPassword } from './try-password.ts';

interface SignInInput {
  readonly email: string;
  readonly password: string;
}

export async function signIn(_parent: unknown, { input }: { input: SignInInput }, context: AccessContext) {
  context.oncePerRequest('signIn');
  const email = input.email.trim().toLowerCase();
  const { account, fits, last, tries } = await tryPassword(context, email, input.password);
  const audit = anonymousAudit(context);
  return payloadOf(async () => {
    if (!account || !fits) {
      await context.transact(({ em }) => recordFailure(em, account, audit, last));
      await tries.prune();
      context.report(context, 'sign_in_failed', account?.id ?? null);
      if (last) context.report(context, 'sign_in_locked', account?.id ?? null);
      refuse('INVALID_CREDENTIALS', 'Wrong e-mail address or password.');
    }
    if (await hasFactor(context.em, account.id)) {
      const { id, expiresAt } = await context.transact(({ em }) => beginChallenge(em, account.id, audit.at));
      context.report(context, 'sign_in_challenged', account.id);
      return { challenge: { id, expiresAt, methods: ['TOTP', 'RECOVERY_CODE'] } };
    }
    const token = await context.transact(({ em }) =>
      recordSignIn(em, account, audit, { ...clientOf(context), codeAt: null }),
    );
    await tries.forget({ email, network: context.network });
    context.report(context, 'signed_in', account.id);
    return sessionPayload(context, account, token, null);
  });
}
