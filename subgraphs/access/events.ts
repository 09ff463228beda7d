import type { Transaction } from '#shared/database/transaction.ts';
import type { Reactions } from '#shared/events/jobs.ts';
import type { Account, Organization } from './entities.ts';
import { linkDriver } from './store/drivers.ts';

export function emitOrganizationChanged({ emit }: Transaction, organization: Organization): Promise<void> {
  const { id, name, tier, createdAt } = organization;
  return emit('organization.changed', { organizationId: id, name, tier, createdAt: createdAt.toISOString() });
}

export function emitAccountRegistered({ emit }: Transaction, account: Account): Promise<void> {
  const { id, organizationId, email, createdAt } = account;
  return emit('account.registered', {
    accountId: id,
    organizationId: organizationId ?? null,
    email,
    createdAt: createdAt.toISOString(),
  });
}

/** The fleet subgraph links accounts to drivers. New tokens of a linked account contain the driver's id. */
export const reactions: Reactions = {
  'driver.changed': ({ em }, { driverId, accountId, active, by, at }) =>
    linkDriver(em, driverId, active ? accountId : null, by, new Date(at)),
};
