import { LockMode } from '@mikro-orm/core';
import type { EntityManager } from '#shared/database/database.ts';
import { sql } from '#shared/database/sql.ts';
import type { Transaction } from '#shared/database/transaction.ts';
import { checkVersion } from '#shared/errors/contested.ts';
import { Refusal, refuse, type UserError } from '#shared/errors/errors.ts';
import { isUuid, newId } from '#shared/ids.ts';
import { textKey } from '#shared/input/text-key.ts';
import type { ChangeOrganizationTier, CreateOrganization } from '../domain/inputs.ts';
import { type Organization, OrganizationEntity } from '../entities.ts';
import { type AccountAudit, recordAudit } from './audit.ts';
import { organizationRows } from './rows.ts';

/*
 * Every change reads its actor in its own transaction. It throws UNAUTHENTICATED or FORBIDDEN (see actor.ts) if the account
 * of the token was closed or lost its role.
 */

/** Creates an organization. @throws Refusal NAME_TAKEN */
export async function createOrganization(
  transaction: Transaction,
  audit: AccountAudit,
  { name, industry, tier, sandbox }: CreateOrganization,
): Promise<Organization> {
  const { em } = transaction;
  const { at } = audit;
  const id = newId(at.getTime());
  const [organization] = await organizationRows.read(
    em,
    sql`insert into organization as t (id, name, name_key, industry, tier, sandbox, created_at)
      values (${id}, ${name}, ${textKey(name)}, ${industry}, ${tier}, ${sandbox}, ${at})
      on conflict do nothing returning ${organizationRows.columns('t')}`,
  );
  if (!organization) throw new Refusal(nameTaken(name));
  recordAudit(em, audit, 'ORGANIZATION_CREATED', { kind: 'Organization', id }, [
    { field: 'name', before: null, after: name },
    { field: 'tier', before: null, after: tier },
  ]);
  await emitChanged(transaction, organization);
  return organization;
}

/** Changes the tier of an organization. @throws Refusal NOT_FOUND; Contested CONFLICT */
export async function changeTier(
  transaction: Transaction,
  audit: AccountAudit,
  { organizationId: id, tier, expectedVersion }: ChangeOrganizationTier,
): Promise<Organization> {
  const { em } = transaction;
  const organization = await lockOrganization(em, id);
  checkVersion(organization, expectedVersion);
  if (organization.tier === tier) return organization;
  const changes = [{ field: 'tier', before: organization.tier, after: tier }];
  recordAudit(em, audit, 'ORGANIZATION_TIER_CHANGED', { kind: 'Organization', id }, changes);
  organization.tier = tier;
  organization.version += 1;
  await emitChanged(transaction, organization);
  return organization;
}

/** The organization, locked until the end of the transaction. @throws Refusal NOT_FOUND */
export async function lockOrganization(em: EntityManager, id: string): Promise<Organization> {
  const lockMode = LockMode.PESSIMISTIC_WRITE;
  const organization = isUuid(id) ? await em.findOne(OrganizationEntity, { id }, { lockMode }) : null;
  return organization ?? refuse('NOT_FOUND', 'There is no organization with this id.', 'organizationId');
}

/** The refusal of a name that another organization has. */
export function nameTaken(name: string): UserError {
  const message = `An organization named "${name}" already exists. Choose another name.`;
  return { code: 'NAME_TAKEN', field: ['name'], message };
}

/** Announces an organization as it is after a change. */
export function emitChanged({ emit }: Transaction, { id, name, tier, createdAt }: Organization): Promise<void> {
  return emit('organization.changed', { organizationId: id, name, tier, createdAt: createdAt.toISOString() });
}
