import { hasScope, type Identity } from '#shared/identity/identity.ts';
import { reaches, reachOf } from '#shared/identity/reach.ts';

interface Member {
  readonly id: string;
  /** Null for people of the freight company. */
  readonly organizationId?: string | null;
}

/** True if the identity may see all fields of an account: staff, members of the same organization, and the account itself. */
export function seesWhole(identity: Identity, { id, organizationId = null }: Member): boolean {
  if (identity.kind !== 'account') return false;
  return id === identity.accountId || reaches(reachOf(identity), { organizationId });
}

/** True if the identity may see whether an account has a second factor: the account itself, and administrators. */
export function seesSecondFactor(identity: Identity, accountId: string): boolean {
  return (identity.kind === 'account' && identity.accountId === accountId) || hasScope(identity, 'access:write');
}

/** True if the identity may see the billing details of an organization: staff with access:read, and its own accounts. */
export function seesBilling(identity: Identity, { id }: { readonly id: string }): boolean {
  if (identity.kind !== 'account') return false;
  return identity.organizationId === id || hasScope(identity, 'access:read');
}
