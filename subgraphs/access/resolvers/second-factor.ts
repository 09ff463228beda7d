import { GraphError, payloadOf, refuse } from '#shared/errors/errors.ts';
import { runChange } from '#shared/graphql/change.ts';
import { accountOf } from '#shared/graphql/context.ts';
import { recordMutation, type Scope } from '#shared/graphql/mutation.ts';
import { sessionOf } from '#shared/identity/identity.ts';
import { parseInput } from '#shared/input/parse-input.ts';
import { type AccessContext, auditOf } from '../context.ts';
import { secondFactorRemovedMail } from '../domain/mails.ts';
import { otpauthUrl, qrSvg } from '../domain/one-time-code.ts';
import { codeInput, resetSecondFactorInput } from '../domain/second-factor-inputs.ts';
import { needsSecondFactor } from '../domain/second-factor-policy.ts';
import { lockedAccount } from '../store/account-changes.ts';
import { readActor } from '../store/actor.ts';
import { recordAudit } from '../store/audit.ts';
import { confirm, enrol, removeFactor, replaceRecoveryCodes } from '../store/second-factors.ts';
import { endSessionsOf, noteCode } from '../store/sessions.ts';
import { announced } from './announced.ts';
import { requirePassword } from './own-access.ts';
import { accessTokenPayload } from './session-payload.ts';
import { changeWithCode } from './try-code.ts';

interface Given {
  readonly input: unknown;
}

/** The session of the caller. Codes belong to sessions. */
function sessionIdOf(context: AccessContext): string {
  const sessionId = sessionOf(accountOf(context))?.id;
  if (sessionId === undefined) throw new GraphError('FORBIDDEN', 'Sign in first: this needs a session.');
  return sessionId;
}

async function enrolSecondFactor(
  _parent: unknown,
  { input }: { input: { readonly currentPassword: string } },
  context: AccessContext,
) {
  context.oncePerRequest('enrolSecondFactor');
  const { accountId } = accountOf(context);
  const account = await readActor(context.em, accountId);
  return payloadOf(async () => {
    await requirePassword(account, input.currentPassword, context);
    const secret = await runChange(context, ({ em }, _caller, now) => enrol(em, accountId, context.sealer, now));
    if (secret === undefined) {
      return refuse('INVALID_STATE', 'This account already has a second factor. Remove it first.');
    }
    const url = otpauthUrl(secret, account.email);
    return { secret, otpauthUrl: url, qrSvg: qrSvg(url) };
  });
}

function confirmSecondFactor(_parent: unknown, { input }: Given, context: AccessContext) {
  const sessionId = sessionIdOf(context);
  return payloadOf(async () => {
    const { code } = parseInput(codeInput, input);
    const { account, recoveryCodes, codeAt } = await changeWithCode(
      context,
      { code, isFirst: true },
      async (em, account, audit) => {
        recordAudit(em, audit, 'SECOND_FACTOR_ENROLLED', { kind: 'Account', id: account.id });
        await noteCode(em, sessionId, audit.at);
        // The others began without a code.
        await endSessionsOf(em, account.id, audit.at, sessionId);
        return { account, recoveryCodes: await confirm(em, account.id, audit.at), codeAt: audit.at };
      },
    );
    context.report(context, 'second_factor_enrolled', account.id);
    return { recoveryCodes, ...(await accessTokenPayload(context, account, { id: sessionId, codeAt })) };
  });
}

function stepUp(_parent: unknown, { input }: Given, context: AccessContext) {
  const sessionId = sessionIdOf(context);
  return payloadOf(async () => {
    const { code } = parseInput(codeInput, input);
    const { account, codeAt } = await changeWithCode(context, { code }, async (em, account, audit) => {
      recordAudit(em, audit, 'STEPPED_UP', { kind: 'Account', id: account.id });
      await noteCode(em, sessionId, audit.at);
      return { account, codeAt: audit.at };
    });
    context.report(context, 'stepped_up', account.id);
    return accessTokenPayload(context, account, { id: sessionId, codeAt });
  });
}

function regenerateRecoveryCodes(_parent: unknown, { input }: Given, context: AccessContext) {
  return payloadOf(async () => {
    const { code } = parseInput(codeInput, input);
    const recoveryCodes = await changeWithCode(context, { code }, (em, { id }, audit) => {
      recordAudit(em, audit, 'RECOVERY_CODES_REPLACED', { kind: 'Account', id });
      return replaceRecoveryCodes(em, id);
    });
    return { recoveryCodes };
  });
}

function removeSecondFactor(_parent: unknown, { input }: Given, context: AccessContext) {
  const sessionId = sessionIdOf(context);
  return payloadOf(async () => {
    const { code } = parseInput(codeInput, input);
    const account = await changeWithCode(context, { code }, async (em, account, audit) => {
      recordAudit(em, audit, 'SECOND_FACTOR_REMOVED', { kind: 'Account', id: account.id });
      await removeFactor(em, account.id);
      // Staff who need a factor sign in again, and enrol.
      const kept = needsSecondFactor(context.secondFactor, account.roles) ? undefined : sessionId;
      await endSessionsOf(em, account.id, audit.at, kept);
      await context.mails.queue(em, secondFactorRemovedMail(account.email), { now: audit.at });
      return account;
    });
    context.report(context, 'second_factor_removed', account.id);
    return { account };
  });
}

/** For somebody who has lost the phone and the recovery codes. */
const resetSecondFactor = recordMutation('account', {
  parse: resetSecondFactorInput,
  async change({ context, transaction, caller, input, now }: Scope<AccessContext, { accountId: string }>) {
    const { em } = transaction;
    const account = await lockedAccount(em, input.accountId, caller.accountId, false);
    if (!(await removeFactor(em, account.id))) {
      refuse('INVALID_STATE', 'This account has no second factor.', 'accountId');
    }
    const audit = auditOf(context, caller, now);
    recordAudit(em, audit, 'SECOND_FACTOR_RESET', { kind: 'Account', id: account.id });
    await endSessionsOf(em, account.id, now);
    await context.mails.queue(em, secondFactorRemovedMail(account.email), { now });
    transaction.afterCommit(() => context.report(context, 'second_factor_removed', account.id));
    return account;
  },
});

export const secondFactorMutations = {
  enrolSecondFactor,
  confirmSecondFactor: announced(confirmSecondFactor),
  stepUp,
  regenerateRecoveryCodes,
  removeSecondFactor: announced(removeSecondFactor),
  resetSecondFactor: announced(resetSecondFactor),
};
