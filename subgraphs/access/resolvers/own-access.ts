import { payloadOf, refuse } from '#shared/errors/errors.ts';
import { runChange } from '#shared/graphql/change.ts';
import { accountOf } from '#shared/graphql/context.ts';
import { sessionOf } from '#shared/identity/identity.ts';
import { parseInput } from '#shared/input/parse-input.ts';
import { type AccessContext, anonymousAudit, auditOf } from '../context.ts';
import { endSessionsInput, newPasswordInput } from '../domain/inputs.ts';
import { passwordChangedMail } from '../domain/mails.ts';
import { requireStrongPassword } from '../domain/password-strength.ts';
import { hashPassword } from '../domain/passwords.ts';
import type { Account } from '../entities.ts';
import { readActor } from '../store/actor.ts';
import * as store from '../store/own-access.ts';
import { recordFailure } from '../store/sign-in.ts';
import { announced } from './announced.ts';
import { tryPassword } from './try-password.ts';

interface ChangePasswordInput {
  readonly currentPassword: string;
  readonly newPassword: string;
}

async function changePassword(_parent: unknown, { input }: { input: ChangePasswordInput }, context: AccessContext) {
  context.oncePerRequest('changePassword');
  const caller = accountOf(context);
  const { accountId } = caller;
  const account = await readActor(context.em, accountId);
  return payloadOf(async () => {
    const { newPassword } = parseInput(newPasswordInput, input);
    await requirePassword(account, input.currentPassword, context);
    if (newPassword === input.currentPassword) {
      refuse('INVALID_INPUT', 'The new password must differ from the current one.', 'newPassword');
    }
    await requireStrongPassword(newPassword, account, 'newPassword');
    const hash = await hashPassword(newPassword, context.network);
    const endedSessions = await runChange(context, async ({ em }, _caller, now) => {
      const ended = await store.changePassword(em, account, hash, auditOf(context, caller, now), sessionOf(caller)?.id);
      if (ended !== undefined) await context.mails.queue(em, passwordChangedMail(account.email), { now });
      return ended;
    });
    if (endedSessions === undefined) refuseCurrentPassword();
    context.report(context, 'password_changed', accountId);
    return { account, endedSessions };
  });
}

/** Refuses a wrong current password. Attempts count like those of signIn. A right password does not reset them. */
export async function requirePassword(account: Account, password: string, context: AccessContext): Promise<void> {
  const { fits, last } = await tryPassword(context, account.email, password);
  if (fits) return;
  await context.transact(({ em }) => recordFailure(em, account, anonymousAudit(context), last));
  context.report(context, 'sign_in_failed', account.id);
  if (last) context.report(context, 'sign_in_locked', account.id);
  refuseCurrentPassword();
}

function refuseCurrentPassword(): never {
  refuse('INVALID_CREDENTIALS', 'The current password is wrong.', 'currentPassword');
}

function endSessions(_parent: unknown, { input }: { input: unknown }, context: AccessContext) {
  const identity = accountOf(context);
  const { accountId: ownId } = identity;
  return payloadOf(async () => {
    const { accountId: given, sessionId, keepCurrent } = parseInput(endSessionsInput, input);
    const accountId = given ?? ownId;
    const kept = keepCurrent && accountId === ownId ? sessionOf(identity)?.id : undefined;
    const ended = await runChange(context, ({ em }, caller, now) =>
      store.endSessions(em, accountId, auditOf(context, caller, now), { only: sessionId ?? undefined, kept }),
    );
    context.report(context, 'sessions_ended', accountId);
    return ended;
  });
}

/** Mutations of an account's own access. */
export const ownAccessMutations = { changePassword: announced(changePassword), endSessions: announced(endSessions) };
