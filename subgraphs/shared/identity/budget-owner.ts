import { type AccountIdentity, isStaff } from './identity.ts';

/** Who pays for what an account does. */
export interface BudgetOwner {
  readonly kind: 'organization' | 'account';
  readonly id: string;
}

/** Finds who pays: the organization of the account, or the account itself if it has none or is staff. */
export function budgetOwner(identity: AccountIdentity): BudgetOwner {
  const { accountId, organizationId } = identity;
  if (organizationId === null || isStaff(identity)) return { kind: 'account', id: accountId };
  return { kind: 'organization', id: organizationId };
}
