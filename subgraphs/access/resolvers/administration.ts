import { payloadOf, type UserError } from '#shared/errors/errors.ts';
import { parseInput } from '#shared/input/parse-input.ts';
import { type AccessContext, auditOf } from '../context.ts';
import { createOrganizationInput, registerAccountInput, roleSet } from '../domain/inputs.ts';
import { requireStrongPassword } from '../domain/password-strength.ts';
import { hashPassword } from '../domain/passwords.ts';
import { emitAccountRegistered, emitOrganizationChanged } from '../events.ts';
import * as store from '../store/administration.ts';

/** The `userErrors` of an update with an outdated version. */
function conflictOf(record: { readonly version: number }, expected: number): readonly UserError[] {
  const message = `This record is at version ${record.version}, not ${expected}. Load it again and repeat the change.`;
  return [{ code: 'CONFLICT', field: ['expectedVersion'], message }];
}

type Input<I> = { readonly input: I };

function createOrganization(_root: unknown, { input }: Input<unknown>, context: AccessContext) {
  return payloadOf(async () => {
    const wanted = parseInput(createOrganizationInput, input);
    return context.transact(async (transaction) => {
      const written = await store.createOrganization(transaction, auditOf(context), wanted);
      if (written.changed) await emitOrganizationChanged(transaction, written.record);
      return { organization: written.record };
    });
  });
}

type TierInput = Parameters<typeof store.changeTier>[2];

function changeOrganizationTier(_root: unknown, { input }: Input<TierInput>, context: AccessContext) {
  return payloadOf(() =>
    context.transact(async (transaction) => {
      const written = await store.changeTier(transaction.em, auditOf(context), input);
      if (written.changed) await emitOrganizationChanged(transaction, written.record);
      const userErrors = written.conflict ? conflictOf(written.record, input.expectedVersion) : [];
      return { organization: written.record, userErrors };
    }),
  );
}

function registerAccount(_root: unknown, { input }: Input<unknown>, context: AccessContext) {
  return payloadOf(async () => {
    const wanted = parseInput(registerAccountInput, input);
    if (wanted.password !== null) await requireStrongPassword(wanted.password, wanted, 'password');
    // Hashes before the transaction, so that hashing does not hold a connection.
    const passwordHash = wanted.password === null ? null : await hashPassword(wanted.password, context.network);
    return context.transact(async (transaction) => {
      const written = await store.registerAccount(transaction, auditOf(context), wanted, passwordHash);
      if (written.changed) await emitAccountRegistered(transaction, written.record);
      return { account: written.record };
    });
  });
}

type RolesInput = Parameters<typeof store.changeRoles>[2];

function changeAccountRoles(_root: unknown, { input }: Input<RolesInput>, context: AccessContext) {
  return payloadOf(async () => {
    const roles = parseInput(roleSet, input.roles);
    const audit = auditOf(context);
    const written = await context.transact(({ em }) => store.changeRoles(em, audit, { ...input, roles }));
    const userErrors = written.conflict ? conflictOf(written.record, input.expectedVersion) : [];
    return { account: written.record, userErrors };
  });
}

type DeactivateInput = Parameters<typeof store.deactivate>[2];

function deactivateAccount(_root: unknown, { input }: Input<DeactivateInput>, context: AccessContext) {
  return payloadOf(async () => {
    const written = await context.transact(({ em }) => store.deactivate(em, auditOf(context), input));
    const userErrors = written.conflict ? conflictOf(written.record, input.expectedVersion) : [];
    return { account: written.record, userErrors };
  });
}

export const administrationMutations = {
  createOrganization,
  changeOrganizationTier,
  registerAccount,
  changeAccountRoles,
  deactivateAccount,
};
