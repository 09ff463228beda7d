import { recordMutation, type Scope } from '#shared/graphql/mutation.ts';
import { parseInput } from '#shared/input/parse-input.ts';
import { type AccessContext, auditOf } from '../context.ts';
import {
  type ChangeAccountRoles,
  changeAccountRolesInput,
  changeOrganizationTierInput,
  createOrganizationInput,
  type DeactivateAccount,
  deactivateAccountInput,
  personInput,
  registerAccountInput,
  updateOrganizationInput,
} from '../domain/inputs.ts';
import { requireStrongPassword } from '../domain/password-strength.ts';
import { hashPassword } from '../domain/passwords.ts';
import { AccountEntity, OrganizationEntity } from '../entities.ts';
import { changeRoles, deactivate, registerAccount } from '../store/account-changes.ts';
import { requireActor } from '../store/actor.ts';
import { eraseAccount } from '../store/erase-account.ts';
import { changeTier, createOrganization } from '../store/organization-changes.ts';
import { updateOrganization } from '../store/organization-update.ts';
import { announced } from './announced.ts';

/** The account of the token can have lost its role since. */
const requireAdministrator = ({ transaction: { em }, caller }: Scope<AccessContext, unknown>) =>
  requireActor(em, caller.accountId, 'access:write');

export const administrationMutations = {
  createOrganization: recordMutation('organization', {
    parse: createOrganizationInput,
    allow: requireAdministrator,
    change: ({ context, transaction, caller, input, now }) =>
      createOrganization(transaction, auditOf(context, caller, now), input),
    find: (em, id) => em.findOneOrFail(OrganizationEntity, id),
  }),
  changeOrganizationTier: announced(
    recordMutation('organization', {
      parse: changeOrganizationTierInput,
      allow: requireAdministrator,
      change: ({ context, transaction, caller, input, now }) =>
        changeTier(transaction, auditOf(context, caller, now), input),
    }),
  ),
  updateOrganization: recordMutation('organization', {
    parse: updateOrganizationInput,
    allow: requireAdministrator,
    change: ({ context, transaction, caller, input, now }) =>
      updateOrganization(transaction, auditOf(context, caller, now), input),
    find: (em, id) => em.findOneOrFail(OrganizationEntity, id),
  }),
  registerAccount: recordMutation('account', {
    parse: parseRegistration,
    allow: requireAdministrator,
    identify: ({ password: _secret, passwordHash: _salted, ...facts }) => facts,
    change: ({ context, transaction, caller, input, now }) =>
      registerAccount(transaction, auditOf(context, caller, now), input),
    find: (em, id) => em.findOneOrFail(AccountEntity, id),
  }),
  changeAccountRoles: announced(
    recordMutation('account', {
      parse: changeAccountRolesInput,
      change: ({ context, transaction: { em }, caller, input, now }: Scope<AccessContext, ChangeAccountRoles>) =>
        changeRoles(em, auditOf(context, caller, now), input),
    }),
  ),
  deactivateAccount: announced(
    recordMutation('account', {
      parse: deactivateAccountInput,
      change: ({ context, transaction: { em }, caller, input, now }: Scope<AccessContext, DeactivateAccount>) =>
        deactivate(em, auditOf(context, caller, now), input),
    }),
  ),
  erasePersonalData: announced(
    recordMutation('account', {
      parse: personInput,
      change: ({ context, transaction, caller, input, now }) =>
        eraseAccount(transaction, auditOf(context, caller, now), input, context.mails),
    }),
  ),
};

/** Hashes before the transaction, so that hashing does not hold a connection. */
async function parseRegistration(input: unknown, { network }: AccessContext) {
  const wanted = parseInput(registerAccountInput, input);
  const { password } = wanted;
  if (password === null) return { ...wanted, passwordHash: null };
  await requireStrongPassword(password, wanted, 'password');
  return { ...wanted, passwordHash: await hashPassword(password, network) };
}
