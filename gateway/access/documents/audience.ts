import type { Identity } from '#shared/identity/identity.ts';
import { isStaff } from '#shared/identity/identity.ts';

/** Groups of callers for which the operator chooses a document policy. */
export const audiences = ['partner', 'staff', 'app', 'anonymous'] as const;
export type Audience = (typeof audiences)[number];

/** The audience follows from the verified caller alone: a client cannot choose it by a header. API keys act through accounts with the role PARTNER. */
export function audienceOf(identity: Identity): Audience {
  if (identity.kind !== 'account') return 'anonymous';
  if (identity.roles.includes('PARTNER')) return 'partner';
  return isStaff(identity) ? 'staff' : 'app';
}
