import { always, anyOf, never, type Sql, sql } from '#shared/database/sql.ts';
import { withinReach } from '#shared/database/within-reach.ts';
import type { Identity } from '#shared/identity/identity.ts';
import { reachOf } from '#shared/identity/reach.ts';

/** The accounts `t` in lists of an organization's accounts: staff see all, others those of their organization. */
export function visibleMembers(identity: Identity): Sql {
  return withinReach(reachOf(identity), { organization: (id) => sql`t.organization_id = ${id}` });
}

/** The accounts `t` that an identity sees whole: the rule of `seesWhole` in domain/visibility.ts. */
export function visibleAccounts(identity: Identity): Sql {
  if (identity.kind === 'anonymous') return never;
  return anyOf([visibleMembers(identity), sql`t.id = ${identity.accountId}`]);
}

/**
 * The accounts `t` whose names an identity sees in records that refer to them. Customers and partners see the names of
 * staff and drivers, and these see the names of all.
 */
export function namedAccounts(identity: Identity): Sql {
  if (identity.kind === 'anonymous') return never;
  if (isOurs(identity)) return always;
  return anyOf([visibleAccounts(identity), sql`t.organization_id is null`]);
}

/** The organizations `t` that an identity sees: people of the freight company all, others their own. */
export function visibleOrganizations(identity: Identity): Sql {
  if (isOurs(identity)) return always;
  return withinReach(reachOf(identity), { organization: (id) => sql`t.id = ${id}` });
}

/** True for people of the freight company: staff and drivers. */
function isOurs(identity: Identity): boolean {
  return identity.kind === 'account' && identity.organizationId === null;
}
