import type { Sql } from '#shared/database/sql.ts';
import { sql } from '#shared/database/sql.ts';
import { withinReach } from '#shared/database/within-reach.ts';
import { hasScope, type Identity } from '#shared/identity/identity.ts';
import { type Reach, reachOf } from '#shared/identity/reach.ts';

/** Whose prices and invoices an identity may see. */
export function billingReach(identity: Identity): Reach {
  return hasScope(identity, 'pricing:read') ? reachOf(identity) : { kind: 'NONE' };
}

/** The quotes or invoices `t` within a reach. Drivers see none. */
export function visibleBilling(reach: Reach): Sql {
  return withinReach(reach, { organization: (id) => sql`t.organization_id = ${id}` });
}
