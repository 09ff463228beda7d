import { type FilterQuery, LockMode } from '@mikro-orm/core';
import type { EntityManager } from '#shared/database/database.ts';
import { type KeyedCall, once } from '#shared/database/idempotency.ts';
import type { Transaction } from '#shared/database/transaction.ts';
import { refuse } from '#shared/errors/errors.ts';
import { isUuid, newId } from '#shared/ids.ts';
import type { Role, Tier } from '#shared/vocabulary.ts';
import type { CreateOrganization, RegisterAccount } from '../domain/inputs.ts';
import { requireFittingRoles } from '../domain/membership.ts';
import { type Account, AccountEntity, type Organization, OrganizationEntity } from '../entities.ts';
import { requireActor, requireStanding } from './actor.ts';
import { type AuditContext, recordAudit } from './audit.ts';
import { endSessionsOf } from './sessions.ts';

/** The audit context of an administrative change: it always has an actor. */
export interface AdminAudit extends AuditContext {
  readonly actorId: string;
}

/** A record after a write, and whether the write changed it (a repeated request does not). */
export interface Written<R> {
  readonly record: R;
  readonly changed: boolean;
}

/** A contested update: done, or not because the record moved on. */
export type Contested<R> = Written<R> & { readonly conflict: boolean };

/*
 * Every change reads its actor in its own transaction and throws UNAUTHENTICATED or FORBIDDEN (see actor.ts) where the
 * account behind the token was closed or lost its role.
 */

const scope = 'access:write';

/** Writes a record once per key; a repeated call changes nothing. */
async function writtenOnce<R>(
  transaction: Transaction,
  call: KeyedCall,
  write: () => Promise<string>,
  find: (id: string) => Promise<R>,
): Promise<Written<R>> {
  let changed = false;
  const id = await once(transaction, call, () => {
    changed = true;
    return write();
  });
  return { record: await find(id), changed };
}

/** Takes an organization in. Refusals: NAME_TAKEN, IDEMPOTENCY_KEY_REUSED. */
export async function createOrganization(
  transaction: Transaction,
  audit: AdminAudit,
  { idempotencyKey: key, ...input }: CreateOrganization,
): Promise<Written<Organization>> {
  const { em } = transaction;
  const { actorId: accountId } = audit;
  await requireActor(em, accountId, scope);
  const call = { accountId, mutation: 'createOrganization', key, input };
  return writtenOnce(
    transaction,
    call,
    () => insertOrganization(em, audit, input),
    (id) => em.findOneOrFail(OrganizationEntity, id),
  );
}

async function insertOrganization(
  em: EntityManager,
  audit: AdminAudit,
  { name, industry, tier }: Omit<CreateOrganization, 'idempotencyKey'>,
): Promise<string> {
  const { at } = audit;
  const id = newId(at.getTime());
  const inserted = await em.execute(
    `insert into organization (id, name, industry, tier, created_at) values (?, ?, ?, ?, ?)
      on conflict do nothing returning 1`,
    [id, name, industry, tier, at],
  );
  if (inserted.length === 0)
    refuse('NAME_TAKEN', `An organization named "${name}" already exists. Choose another name.`, 'name');
  recordAudit(em, audit, 'ORGANIZATION_CREATED', { kind: 'Organization', id }, [
    { field: 'name', before: null, after: name },
    { field: 'tier', before: null, after: tier },
  ]);
  return id;
}

/** Puts an organization on a tier. Refusal: NOT_FOUND. */
export async function changeTier(
  em: EntityManager,
  audit: AdminAudit,
  input: { readonly organizationId: string; readonly tier: Tier; readonly expectedVersion: number },
): Promise<Contested<Organization>> {
  const { organizationId: id, tier, expectedVersion } = input;
  await requireActor(em, audit.actorId, scope);
  const record = isUuid(id) ? await em.findOne(OrganizationEntity, { id }, forUpdate) : null;
  if (!record) refuse('NOT_FOUND', 'There is no organization with this id.', 'organizationId');
  if (record.version !== expectedVersion) return { record, changed: false, conflict: true };
  if (record.tier === tier) return { record, changed: false, conflict: false };
  const changes = [{ field: 'tier', before: record.tier, after: tier }];
  recordAudit(em, audit, 'ORGANIZATION_TIER_CHANGED', { kind: 'Organization', id }, changes);
  record.tier = tier;
  record.version += 1;
  return { record, changed: true, conflict: false };
}

/**
 * Opens an account; its password arrives hashed.
 * Refusals: EMAIL_TAKEN, NOT_FOUND (organization), ORGANIZATION_REQUIRED, ORGANIZATION_REFUSED, IDEMPOTENCY_KEY_REUSED.
 */
export async function registerAccount(
  transaction: Transaction,
  audit: AdminAudit,
  { idempotencyKey: key, password: _secret, ...input }: RegisterAccount,
  passwordHash: string | null,
): Promise<Written<Account>> {
  const { em } = transaction;
  const { actorId: accountId } = audit;
  await requireActor(em, accountId, scope);
  const call = { accountId, mutation: 'registerAccount', key, input };
  return writtenOnce(
    transaction,
    call,
    () => insertAccount(em, audit, input, passwordHash),
    (id) => em.findOneOrFail(AccountEntity, id),
  );
}

async function insertAccount(
  em: EntityManager,
  audit: AdminAudit,
  { email, name, roles, organizationId }: Omit<RegisterAccount, 'idempotencyKey' | 'password'>,
  passwordHash: string | null,
): Promise<string> {
  const { at } = audit;
  const id = newId(at.getTime());
  requireFittingRoles(roles, organizationId);
  if (organizationId !== null) await requireOrganization(em, organizationId);
  const inserted = await em.execute(
    `insert into account (id, email, name, roles, organization_id, password_hash, created_at)
      values (?, ?, ?, array[?]::text[], ?, ?, ?) on conflict (email) do nothing returning 1`,
    [id, email, name, roles, organizationId, passwordHash, at],
  );
  if (inserted.length === 0) refuse('EMAIL_TAKEN', 'An account with this e-mail address already exists.', 'email');
  recordAudit(em, audit, 'ACCOUNT_REGISTERED', { kind: 'Account', id }, [
    { field: 'email', before: null, after: email },
    { field: 'roles', before: null, after: roles.join(', ') },
  ]);
  return id;
}

/** Replaces the roles of an account. Refusals: NOT_FOUND, ORGANIZATION_REQUIRED, ORGANIZATION_REFUSED, LAST_ADMIN. */
export async function changeRoles(
  em: EntityManager,
  audit: AdminAudit,
  input: { readonly accountId: string; readonly roles: readonly Role[]; readonly expectedVersion: number },
): Promise<Contested<Account>> {
  const { accountId, roles, expectedVersion } = input;
  const record = await lockedAccount(em, accountId, audit.actorId, !roles.includes('ADMIN'));
  if (record.version !== expectedVersion) return { record, changed: false, conflict: true };
  requireFittingRoles(roles, record.organizationId ?? null);
  const [before, after] = [record.roles.join(', '), roles.join(', ')];
  if (before === after) return { record, changed: false, conflict: false };
  recordAudit(em, audit, 'ACCOUNT_ROLES_CHANGED', { kind: 'Account', id: accountId }, [
    { field: 'roles', before, after },
  ]);
  record.roles = [...roles];
  record.version += 1;
  return { record, changed: true, conflict: false };
}

/** Closes an account and ends its sessions. Refusals: NOT_FOUND, LAST_ADMIN. */
export async function deactivate(
  em: EntityManager,
  audit: AdminAudit,
  input: { readonly accountId: string; readonly expectedVersion: number },
): Promise<Contested<Account>> {
  const { accountId, expectedVersion } = input;
  const record = await lockedAccount(em, accountId, audit.actorId, true);
  if (record.version !== expectedVersion) return { record, changed: false, conflict: true };
  if (record.deactivatedAt) return { record, changed: false, conflict: false };
  recordAudit(em, audit, 'ACCOUNT_DEACTIVATED', { kind: 'Account', id: accountId }, [
    { field: 'active', before: 'true', after: 'false' },
  ]);
  record.deactivatedAt = audit.at;
  record.version += 1;
  await endSessionsOf(em, accountId, audit.at);
  return { record, changed: true, conflict: false };
}

const forUpdate = { lockMode: LockMode.PESSIMISTIC_WRITE } as const;

async function requireOrganization(em: EntityManager, id: string): Promise<void> {
  const found = isUuid(id) ? await em.count(OrganizationEntity, { id }) : 0;
  if (found === 0) {
    refuse('NOT_FOUND', 'There is no organization with this id.', 'organizationId');
  }
}

/**
 * The account, locked together with the actor and, where it is about to lose its administration, with all administrators:
 * two who remove each other at once would otherwise leave nobody. All locks are taken in one order, so that two changes
 * cannot wait for each other.
 */
async function lockedAccount(em: EntityManager, id: string, actorId: string, losesAdmin: boolean): Promise<Account> {
  const locked = await em.find(
    AccountEntity,
    { $or: [{ id: { $in: [id, actorId].filter(isUuid) } }, ...(losesAdmin ? [openAdministrators] : [])] },
    { orderBy: { id: 'asc' }, ...forUpdate },
  );
  requireStanding(
    locked.find((account) => account.id === actorId),
    scope,
  );
  const record = locked.find((account) => account.id === id.toLowerCase());
  if (!record) refuse('NOT_FOUND', 'There is no account with this id.', 'accountId');
  const administrators = locked.filter(({ roles, deactivatedAt }) => roles.includes('ADMIN') && !deactivatedAt);
  if (losesAdmin && administrators.length === 1 && administrators[0] === record) {
    refuse(
      'LAST_ADMIN',
      'This account is the last administrator. Give another account the role ADMIN first.',
      'accountId',
    );
  }
  return record;
}

const openAdministrators: FilterQuery<Account> = { roles: { $contains: ['ADMIN'] }, deactivatedAt: null };
