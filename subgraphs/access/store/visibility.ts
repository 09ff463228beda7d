import { always, anyOf, never, type Sql, sql } from '#shared/database/sql.ts';
import { withinReach } from '#shared/database/within-reach.ts';
import type { Identity } from '#shared/identity/identity.ts';
import { type Reach, reachOf } from '#shared/identity/reach.ts';
import { memberReach } from '../domain/visibility.ts';

/** Condition for the accounts `t` that an identity may list: staff all, others those of their organization, API keys none. */
export function visibleMembers(identity: Identity): Sql {
  return ofReach(memberReach(identity));
}

function ofReach(reach: Reach): Sql {
  return withinReach(reach, { organization: (id) => sql`t.organization_id = ${id}` });
}

/** Condition for the accounts `t` of which an identity may see all fields, like `seesWhole` in domain/visibility.ts. */
export function visibleAccounts(identity: Identity): Sql {
  if (identity.kind !== 'account') return never;
  return anyOf([visibleMembers(identity), sql`t.id = ${identity.accountId}`]);
}

/**
 * Condition for the accounts `t` whose names an identity may see in records that refer to them. Customers and partners see
 * the names of staff and drivers, who see the names of all accounts.
 */
export function namedAccounts(identity: Identity): Sql {
  if (identity.kind !== 'account') return never;
  if (isOurs(identity)) return always;
  return anyOf([visibleAccounts(identity), ofReach(reachOf(identity)), sql`t.organization_id is null`]);
}

/** Condition for the organizations `t` that an identity may see: people of the freight company all, others their own. */
export function visibleOrganizations(identity: Identity): Sql {
  if (isOurs(identity)) return always;
  return withinReach(reachOf(identity), { organization: (id) => sql`t.id = ${id}` });
}

/** True for people of the freight company: staff and drivers. */
function isOurs(identity: Identity): boolean {
  return identity.kind === 'account' && identity.organizationId === null;
}
