import { type Identity, isStaff } from '#shared/identity/identity.ts';
import { driverOf, reachOf } from '../domain/visibility.ts';
import { type Condition, condition, never } from './page.ts';

/** The assignments `t` that somebody may see. */
export function visibleAssignments(identity: Identity): Condition[] {
  const reach = reachOf(identity);
  switch (reach.kind) {
    case 'all':
      return [];
    case 'driver':
      return [condition('t.driver_id = ?', reach.driverId)];
    case 'organization':
      return [condition('t.organization_id = ?', reach.organizationId)];
    case 'none':
      return [never];
  }
}

/** The loads `t` that somebody may see. */
export function visibleLoads(identity: Identity): Condition[] {
  const reach = reachOf(identity);
  switch (reach.kind) {
    case 'all':
      return [];
    case 'driver':
      return [
        condition(
          `exists (select 1 from assignment a
             where a.shipment_id = t.shipment_id and a.driver_id = ? and a.state <> 'RELEASED')`,
          reach.driverId,
        ),
      ];
    case 'organization':
      return [condition('t.organization_id = ?', reach.organizationId)];
    case 'none':
      return [never];
  }
}

/** The drivers or vehicles `t` that somebody may see: customers see those that carry or carried their shipments. */
export function visibleCarriers(identity: Identity, column: 'driver_id' | 'vehicle_id'): Condition[] {
  if (isStaff(identity) || driverOf(identity) !== null) return [];
  const reach = reachOf(identity);
  if (reach.kind !== 'organization') return [never];
  return [
    condition(
      `exists (select 1 from assignment a
         where a.organization_id = ? and a.${column} = t.id and a.state <> 'RELEASED')`,
      reach.organizationId,
    ),
  ];
}
