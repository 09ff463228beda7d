import { LockMode } from '@mikro-orm/core';
import { sql } from '#shared/database/sql.ts';
import type { Transaction } from '#shared/database/transaction.ts';
import { checkVersion } from '#shared/errors/contested.ts';
import { refuse } from '#shared/errors/errors.ts';
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
  { name, industry, tier }: CreateOrganization,
): Promise<Organization> {
  const { em } = transaction;
  const { at } = audit;
  const id = newId(at.getTime());
  const [organization] = await organizationRows.read(
    em,
    sql`insert into organization as t (id, name, name_key, industry, tier, created_at)
      values (${id}, ${name}, ${textKey(name)}, ${industry}, ${tier}, ${at})
      on conflict do nothing returning ${organizationRows.columns('t')}`,
  );
  if (!organization)
    return refuse('NAME_TAKEN', `An organization named "${name}" already exists. Choose another name.`, 'name');
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
  const lockMode = LockMode.PESSIMISTIC_WRITE;
  const organization = isUuid(id) ? await em.findOne(OrganizationEntity, { id }, { lockMode }) : null;
  if (!organization) return refuse('NOT_FOUND', 'There is no organization with this id.', 'organizationId');
  checkVersion(organization, expectedVersion);
  if (organization.tier === tier) return organization;
  const changes = [{ field: 'tier', before: organization.tier, after: tier }];
  recordAudit(em, audit, 'ORGANIZATION_TIER_CHANGED', { kind: 'Organization', id }, changes);
  organization.tier = tier;
  organization.version += 1;
  await emitChanged(transaction, organization);
  return organization;
}

function emitChanged({ emit }: Transaction, { id, name, tier, createdAt }: Organization): Promise<void> {
  return emit('organization.changed', { organizationId: id, name, tier, createdAt: createdAt.toISOString() });
}
