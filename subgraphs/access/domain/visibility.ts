import { hasScope, type Identity } from '#shared/identity/identity.ts';
import { type Reach, reaches, reachOf } from '#shared/identity/reach.ts';

interface Member {
  readonly id: string;
  /** Null for people of the freight company. */
  readonly organizationId?: string | null;
}

/**
 * True if the identity may see all fields of an account: staff, members of the same organization, and the account itself. An
 * API key sees only its own account, because no scope of keys is about people.
 */
export function seesWhole(identity: Identity, { id, organizationId = null }: Member): boolean {
  if (identity.kind !== 'account') return false;
  return id === identity.accountId || reaches(memberReach(identity), { organizationId });
}

/** True if the identity may see how an account signs in, that is its second factor and its sessions: the account itself, and administrators. */
export function seesSignIn(identity: Identity, accountId: string): boolean {
  return (identity.kind === 'account' && identity.accountId === accountId) || hasScope(identity, 'access:write');
}

/** Whose members an identity may list. */
export function memberReach(identity: Identity): Reach {
  return identity.kind === 'account' && identity.credential.kind === 'apiKey' ? { kind: 'NONE' } : reachOf(identity);
}

/**
 * True if the identity may see the billing details of an organization: staff with access:read, and its own accounts. API keys
 * need the scope pricing:read.
 */
export function seesBilling(identity: Identity, { id }: { readonly id: string }): boolean {
  if (identity.kind !== 'account') return false;
  return (identity.organizationId === id && hasScope(identity, 'pricing:read')) || hasScope(identity, 'access:read');
}
