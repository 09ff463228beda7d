import { type Identity, isStaff } from '#shared/identity/identity.ts';

interface Member {
  readonly id: string;
  /** Null for people of the freight company. */
  readonly organizationId?: string | null;
}

/** True for people of the freight company: staff and drivers. */
function isOurs(identity: Identity): boolean {
  return identity.kind === 'account' && identity.organizationId === null;
}

/** True if the identity may see all fields of an account: staff, members of the same organization, and the account itself. */
export function seesWhole(identity: Identity, account: Member): boolean {
  if (identity.kind === 'anonymous') return false;
  if (isStaff(identity) || account.id === identity.accountId) return true;
  return !!account.organizationId && account.organizationId === identity.organizationId;
}

/**
 * True if the identity may see the name of an account in a record that refers to it. Customers see the names of staff and
 * drivers, and these see the names of customers.
 */
export function seesName(identity: Identity, account: Member): boolean {
  return seesWhole(identity, account) || isOurs(identity) || (identity.kind === 'account' && !account.organizationId);
}

/** True if the identity may see an organization: people of the freight company, and members of the organization. */
export function maySee(identity: Identity, organization: { readonly id: string }): boolean {
  return isOurs(identity) || (identity.kind === 'account' && identity.organizationId === organization.id);
}

/** True if the identity may list the accounts of an organization: staff, and members of the organization. */
export function mayListAccountsOf(identity: Identity, organizationId: string): boolean {
  return isStaff(identity) || (identity.kind === 'account' && identity.organizationId === organizationId);
}
