import { payloadOf } from '#shared/errors/errors.ts';
import { changeRecord, keyedCall } from '#shared/graphql/change.ts';
import { parseInput } from '#shared/input/parse-input.ts';
import { type AccessContext, auditOf } from '../context.ts';
import { createOrganizationInput, registerAccountInput, roleSet } from '../domain/inputs.ts';
import { requireStrongPassword } from '../domain/password-strength.ts';
import { hashPassword } from '../domain/passwords.ts';
import { changeRoles, deactivate, registerAccount } from '../store/account-changes.ts';
import { changeTier, createOrganization } from '../store/organization-changes.ts';

type Input<I = unknown> = { readonly input: I };

export const administrationMutations = {
  createOrganization: (_root: unknown, { input }: Input, context: AccessContext) =>
    changeRecord(context, 'organization', (transaction, caller, now) => {
      const wanted = parseInput(createOrganizationInput, input);
      const call = keyedCall(caller, 'createOrganization', wanted);
      return createOrganization(transaction, auditOf(context, caller, now), call, wanted);
    }),

  changeOrganizationTier: (
    _root: unknown,
    { input }: Input<Parameters<typeof changeTier>[2]>,
    context: AccessContext,
  ) =>
    changeRecord(context, 'organization', (transaction, caller, now) =>
      changeTier(transaction, auditOf(context, caller, now), input),
    ),

  registerAccount: (_root: unknown, { input }: Input, context: AccessContext) =>
    payloadOf(async () => {
      const wanted = parseInput(registerAccountInput, input);
      const { password, ...facts } = wanted;
      if (password !== null) await requireStrongPassword(password, wanted, 'password');
      // Hashes before the transaction, so that hashing does not hold a connection.
      const passwordHash = password === null ? null : await hashPassword(password, context.network);
      return changeRecord(context, 'account', (transaction, caller, now) => {
        const call = keyedCall(caller, 'registerAccount', facts);
        return registerAccount(transaction, auditOf(context, caller, now), call, wanted, passwordHash);
      });
    }),

  changeAccountRoles: (_root: unknown, { input }: Input<Parameters<typeof changeRoles>[2]>, context: AccessContext) =>
    changeRecord(context, 'account', ({ em }, caller, now) => {
      const roles = parseInput(roleSet, input.roles);
      return changeRoles(em, auditOf(context, caller, now), { ...input, roles });
    }),

  deactivateAccount: (_root: unknown, { input }: Input<Parameters<typeof deactivate>[2]>, context: AccessContext) =>
    changeRecord(context, 'account', ({ em }, caller, now) => deactivate(em, auditOf(context, caller, now), input)),
};
