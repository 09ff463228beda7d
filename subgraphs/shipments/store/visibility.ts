import { type Sql, sql } from '#shared/database/sql.ts';
import { withinReach } from '#shared/database/within-reach.ts';
import type { Identity } from '#shared/identity/identity.ts';
import { type Reach, reachOf } from '#shared/identity/reach.ts';

/** Whose shipments an identity may see. An API key without any scope of shipments sees none. */
export function shipmentReach(identity: Identity): Reach {
  const hasAnyScope = identity.kind === 'account' && identity.scopes.some((scope) => scope.startsWith('shipments:'));
  return hasAnyScope ? reachOf(identity) : { kind: 'NONE' };
}

/**
 * Condition for the shipments `t` that an identity may see: staff see all, drivers those assigned to them, others those of
 * their organization. Every statement that reads shipments for a caller contains it.
 */
export function visibleTo(identity: Identity): Sql {
  return withinReach(shipmentReach(identity), {
    driver: (id) => sql`t.driver_id = ${id}`,
    organization: (id) => sql`t.organization_id = ${id}`,
  });
}
