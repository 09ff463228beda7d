import { payloadOf, refuse } from '#shared/errors/errors.ts';
import { parseInput } from '#shared/input/parse-input.ts';
import { type AccessContext, anonymousAudit } from '../context.ts';
import { resetPasswordInput } from '../domain/inputs.ts';
import { passwordChangedMail, passwordResetMail } from '../domain/mails.ts';
import { requireStrongPassword } from '../domain/password-strength.ts';
import { hashPassword } from '../domain/passwords.ts';
import { newResetToken } from '../domain/reset-token.ts';
import { accountOfReset, noteReset, resetPassword as reset } from '../store/password-resets.ts';
import { passwordTries } from '../store/password-tries.ts';
import { resetTries } from '../store/reset-tries.ts';
import { announced } from './announced.ts';
import { openAccount } from './try-password.ts';

/**
 * Mails a token to the account of an address. Known and unknown addresses take the same steps, so that neither responses nor
 * their times reveal which addresses have accounts.
 */
async function requestPasswordReset(
  _parent: unknown,
  { input }: { input: { readonly email: string } },
  context: AccessContext,
) {
  context.oncePerRequest('requestPasswordReset');
  const { em, mails, network, publicUrl } = context;
  const email = input.email.trim().toLowerCase();
  return payloadOf(async () => {
    if (!mails.isOn) refuse('INVALID_STATE', 'This system sends no mails. Ask an administrator for help.');
    const tries = await resetTries(em);
    await tries.request({ email, network });
    const found = await openAccount(context, email);
    const account = found?.passwordHash ? found : null; // accounts of API keys have none
    const audit = anonymousAudit(context);
    const made = newResetToken(audit.at);
    const times = { now: audit.at, expiresAt: made.expiresAt };
    await context.transact(async (transaction) => {
      const mail = passwordResetMail(account?.email ?? email, made.token, publicUrl);
      if (!account) return mails.queueDecoy(transaction.em, mail, times);
      await noteReset(transaction.em, account.id, made, audit);
      return mails.queue(transaction.em, mail, times);
    });
    context.report(context, 'password_reset_requested', account?.id ?? null);
    return {};
  });
}

/** Replaces a password with the token of a mail. It begins no session, so that a second factor is still asked for. */
async function resetPassword(_parent: unknown, { input }: { input: unknown }, context: AccessContext) {
  context.oncePerRequest('resetPassword');
  const { em, mails, network } = context;
  return payloadOf(async () => {
    const { token, newPassword } = parseInput(resetPasswordInput, input);
    await (await resetTries(em)).use(network);
    const audit = anonymousAudit(context);
    const owner = await accountOfReset(em, token, audit.at);
    if (!owner) refuseToken();
    await requireStrongPassword(newPassword, owner, 'newPassword');
    const hash = await hashPassword(newPassword, network);
    const account = await context.transact(async (transaction) => {
      const changed = await reset(transaction.em, token, hash, audit);
      if (changed) await mails.queue(transaction.em, passwordChangedMail(changed.email), { now: audit.at });
      return changed;
    });
    if (!account) refuseToken();
    const tries = await passwordTries(em, context.signInLimits);
    await tries.forget({ email: account.email, network });
    context.report(context, 'password_reset', account.id);
    return {};
  });
}

function refuseToken(): never {
  refuse('INVALID_RESET_TOKEN', 'This token is wrong, was used or has expired. Request a new one.', 'token');
}

/** Mutations for people who have lost their password. */
export const passwordResetMutations = { requestPasswordReset, resetPassword: announced(resetPassword) };
