import { type Identity, isStaffRole } from '#shared/identity/identity.ts';
import type { Role } from '#shared/vocabulary.ts';

/** Groups of callers for which the operator chooses a document policy. */
export const audiences = ['partner', 'staff', 'app', 'anonymous'] as const;
export type Audience = (typeof audiences)[number];

/** The audience follows from the verified caller alone: a client cannot choose it by a header. API keys act through accounts with the role PARTNER. */
export function audienceOf(identity: Identity): Audience {
  return identity.kind === 'account' ? audienceOfRoles(identity.roles) : 'anonymous';
}

/** The audience of an account with these roles. */
export function audienceOfRoles(roles: readonly Role[]): Audience {
  if (roles.includes('PARTNER')) return 'partner';
  return roles.some(isStaffRole) ? 'staff' : 'app';
}
