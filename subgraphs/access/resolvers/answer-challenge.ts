import { payloadOf, refuse } from '#shared/errors/errors.ts';
import { parseInput } from '#shared/input/parse-input.ts';
import { type AccessContext, anonymousAudit, clientOf } from '../context.ts';
import { answerChallengeInput } from '../domain/second-factor-inputs.ts';
import { lockOpenAccount } from '../store/accounts.ts';
import { countWrongAnswer, endChallenge, lockChallenge, readChallenge } from '../store/challenges.ts';
import { tryCode } from '../store/codes.ts';
import { passwordTries } from '../store/password-tries.ts';
import { recordSignIn } from '../store/sign-in.ts';
import { sessionPayload } from './session-payload.ts';
import { refuseCode } from './try-code.ts';

/** Ends a sign-in with a code of the second factor. */
export function answerChallenge(_parent: unknown, { input }: { input: unknown }, context: AccessContext) {
  context.oncePerRequest('answerChallenge');
  const audit = anonymousAudit(context);
  return payloadOf(async () => {
    const { id, code } = parseInput(answerChallengeInput, input);
    const answered = await context.transact(async ({ em }) => {
      // The account is locked first, like in every change that ends challenges.
      const accountId = await readChallenge(em, id, audit.at);
      const account = accountId === undefined ? null : await lockOpenAccount(em, accountId);
      if (!account || !(await lockChallenge(em, id, audit.at))) return undefined;
      const outcome = await tryCode(em, { accountId: account.id, code }, context.sealer, audit);
      if (outcome.kind === 'wrong') await countWrongAnswer(em, id);
      if (outcome.kind !== 'accepted') return { account, outcome };
      await endChallenge(em, id);
      return {
        account,
        outcome,
        token: await recordSignIn(em, account, audit, { ...clientOf(context), codeAt: audit.at }),
      };
    });
    if (!answered) return refuse('INVALID_CHALLENGE', 'This sign-in is over. Sign in again.', 'id');
    const { account, outcome, token } = answered;
    if (!token) return refuseCode(context, account.id, outcome);
    const tries = await passwordTries(context.em, context.signInLimits);
    await tries.forget({ email: account.email, network: context.network });
    context.report(context, 'signed_in', account.id);
    return sessionPayload(context, account, token, audit.at);
  });
}
