import { type Identity, isStaff } from '#shared/identity/identity.ts';

interface Member {
  readonly id: string;
  /** None for the freight company's own people. */
  readonly organizationId?: string | null;
}

/** True for the freight company's own people: staff and drivers. */
function isOurs(identity: Identity): boolean {
  return identity.kind === 'account' && identity.organizationId === null;
}

/** Who sees an account whole: staff, colleagues of the same organization, and the account itself. */
export function seesWhole(identity: Identity, account: Member): boolean {
  if (identity.kind === 'anonymous') return false;
  if (isStaff(identity) || account.id === identity.accountId) return true;
  return !!account.organizationId && account.organizationId === identity.organizationId;
}

/**
 * Who sees at least the name of an account in a record that names it (who acted, who wrote): customers the people of ours
 * who move their loads, drivers the customers whose loads they move.
 */
export function seesName(identity: Identity, account: Member): boolean {
  return seesWhole(identity, account) || isOurs(identity) || (identity.kind === 'account' && !account.organizationId);
}

/** Who may see an organization: our people, and its own. */
export function maySee(identity: Identity, organization: { readonly id: string }): boolean {
  return isOurs(identity) || (identity.kind === 'account' && identity.organizationId === organization.id);
}

/** Who may list an organization's accounts: staff, and its own people. */
export function mayListAccountsOf(identity: Identity, organizationId: string): boolean {
  return isStaff(identity) || (identity.kind === 'account' && identity.organizationId === organizationId);
}
