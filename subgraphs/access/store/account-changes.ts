import { type FilterQuery, type InferEntity, LockMode } from '@mikro-orm/core';
import { claimIndex } from '#shared/database/blind-index.ts';
import type { EntityManager } from '#shared/database/database.ts';
import { blindIndexOf, sealFor } from '#shared/database/sealed-column.ts';
import { sql } from '#shared/database/sql.ts';
import type { Transaction } from '#shared/database/transaction.ts';
import { checkVersion } from '#shared/errors/contested.ts';
import { refuse } from '#shared/errors/errors.ts';
import { isUuid, newId } from '#shared/ids.ts';
import { textKey } from '#shared/input/text-key.ts';
import type { ChangeAccountRoles, DeactivateAccount, RegisterAccount } from '../domain/inputs.ts';
import { requireFittingRoles } from '../domain/membership.ts';
import { type Account, AccountEntity, accountEmail, OrganizationEntity } from '../entities.ts';
import { requireStanding } from './actor.ts';
import { type AccountAudit, type AuditContext, recordAudit } from './audit.ts';
import { accountRows } from './rows.ts';
import { endSessionsOf } from './sessions.ts';

/*
 * Every change reads its actor in its own transaction. It throws UNAUTHENTICATED or FORBIDDEN (see actor.ts) if the account
 * of the token was closed or lost its role.
 */

const scope = 'access:write';

/** A new account, with the hash of its password instead of the password. */
type NewAccount = Pick<RegisterAccount, 'email' | 'name' | 'roles' | 'organizationId'> & {
  readonly passwordHash: string | null;
};

/**
 * Creates an account.
 * @throws Refusal EMAIL_TAKEN, NOT_FOUND (organization), ORGANIZATION_REQUIRED, ORGANIZATION_REFUSED
 */
export async function registerAccount(
  transaction: Transaction,
  audit: AuditContext,
  { email, name, roles, organizationId, passwordHash }: NewAccount,
): Promise<Account> {
  const { em } = transaction;
  const { at } = audit;
  const id = newId(at.getTime());
  requireFittingRoles(roles, organizationId);
  if (organizationId !== null) await requireOrganization(em, organizationId);
  const addressKey = blindIndexOf(em, accountEmail, email);
  if (!(await claimIndex(em, accountEmail, email))) return refuseTaken();
  const [account] = await accountRows.read(
    em,
    sql`insert into account as t (id, email, email_key, name, name_key, roles, organization_id, password_hash, created_at)
      values (${id}, ${sealFor(em, accountEmail, email)}, ${addressKey}, ${name}, ${textKey(name)}, ${roles}::text[], ${organizationId}, ${passwordHash}, ${at})
      on conflict (email_key) do nothing returning ${accountRows.columns('t')}`,
  );
  if (!account) return refuseTaken();
  recordAudit(em, audit, 'ACCOUNT_REGISTERED', { kind: 'Account', id }, [
    { field: 'email', before: null, after: null }, // an entry can't be erased
    { field: 'roles', before: null, after: roles.join(', ') },
  ]);
  await emitRegistered(transaction, account, addressKey);
  return account;
}

const refuseTaken = (): never => refuse('EMAIL_TAKEN', 'An account with this e-mail address already exists.', 'email');

function emitRegistered(
  { emit }: Transaction,
  { id, organizationId, createdAt }: Account,
  emailIndex: string,
): Promise<void> {
  return emit('account.registered', {
    accountId: id,
    organizationId: organizationId ?? null,
    emailIndex,
    createdAt: createdAt.toISOString(),
  });
}

/**
 * Replaces the roles of an account.
 * @throws Refusal NOT_FOUND, ORGANIZATION_REQUIRED, ORGANIZATION_REFUSED, LAST_ADMIN; Contested CONFLICT
 */
export async function changeRoles(
  em: EntityManager,
  audit: AccountAudit,
  { accountId, roles, expectedVersion }: ChangeAccountRoles,
): Promise<Account> {
  const account = await lockedAccount(em, accountId, audit.actorId, !roles.includes('ADMIN'));
  checkVersion(account, expectedVersion);
  requireFittingRoles(roles, account.organizationId ?? null);
  const [before, after] = [account.roles.join(', '), roles.join(', ')];
  if (before === after) return account;
  recordAudit(em, audit, 'ACCOUNT_ROLES_CHANGED', { kind: 'Account', id: accountId }, [
    { field: 'roles', before, after },
  ]);
  account.roles = [...roles];
  account.version += 1;
  return account;
}

/** Closes an account and ends its sessions. @throws Refusal NOT_FOUND, LAST_ADMIN; Contested CONFLICT */
export async function deactivate(
  em: EntityManager,
  audit: AccountAudit,
  { accountId, expectedVersion }: DeactivateAccount,
): Promise<Account> {
  const account = await lockedAccount(em, accountId, audit.actorId, true);
  checkVersion(account, expectedVersion);
  if (account.deactivatedAt) return account;
  recordAudit(em, audit, 'ACCOUNT_DEACTIVATED', { kind: 'Account', id: accountId }, [
    { field: 'active', before: 'true', after: 'false' },
  ]);
  account.deactivatedAt = audit.at;
  account.version += 1;
  await endSessionsOf(em, accountId, audit.at);
  return account;
}

async function requireOrganization(em: EntityManager, id: string): Promise<void> {
  const found = isUuid(id) ? await em.count(OrganizationEntity, { id }) : 0;
  if (found === 0) {
    refuse('NOT_FOUND', 'There is no organization with this id.', 'organizationId');
  }
}

/**
 * Locks an account and the actor. If the account loses the role ADMIN, it also locks all administrators, so that two of them
 * cannot remove each other at the same time. All changes take their locks in the same order, which prevents deadlocks.
 */
export async function lockedAccount(
  em: EntityManager,
  id: string,
  actorId: string,
  losesAdmin: boolean,
): Promise<Account> {
  const locked = await em.find(
    AccountEntity,
    { $or: [{ id: { $in: [id, actorId].filter(isUuid) } }, ...(losesAdmin ? [openAdministrators] : [])] },
    { orderBy: { id: 'asc' }, lockMode: LockMode.PESSIMISTIC_WRITE },
  );
  requireStanding(
    locked.find((account) => account.id === actorId),
    scope,
  );
  const record = locked.find((account) => account.id === id);
  if (!record) refuse('NOT_FOUND', 'There is no account with this id.', 'accountId');
  const administrators = locked.filter(isOpenAdministrator);
  if (losesAdmin && administrators.length === 1 && administrators[0] === record) {
    refuse(
      'LAST_ADMIN',
      'This account is the last administrator who can sign in. Give another account with a password the role ADMIN first.',
      'accountId',
    );
  }
  return record;
}

/** Administrators who can sign in: an account without a password cannot. */
const openAdministrators: FilterQuery<InferEntity<typeof AccountEntity>> = {
  roles: { $contains: ['ADMIN'] },
  deactivatedAt: null,
  passwordHash: { $ne: null },
};
const isOpenAdministrator = ({ roles, deactivatedAt, passwordHash }: InferEntity<typeof AccountEntity>): boolean =>
  roles.includes('ADMIN') && !deactivatedAt && passwordHash !== null;
