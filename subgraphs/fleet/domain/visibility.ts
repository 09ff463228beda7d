import { type Identity, isStaff } from '#shared/identity.ts';

/**
 * How much of a driver somebody sees. FULL: everything (staff, and drivers of themselves). COLLEAGUE: name, rating, score,
 * badges (drivers of each other). CUSTOMER: name and rating (customers and partners, of drivers on their shipments).
 */
export type DriverView = 'FULL' | 'COLLEAGUE' | 'CUSTOMER';

export function viewOfDriver(identity: Identity, driverId: string): DriverView {
  if (isStaff(identity) || isThisDriver(identity, driverId)) return 'FULL';
  return isDriver(identity) ? 'COLLEAGUE' : 'CUSTOMER';
}

export function isThisDriver(identity: Identity, driverId: string): boolean {
  return isDriver(identity) && identity.driverId === driverId;
}

export function isDriver(identity: Identity): identity is Extract<Identity, { kind: 'account' }> {
  return identity.kind === 'account' && identity.driverId !== null && identity.roles.includes('DRIVER');
}

/** Whose records of shipments somebody may see: every one's, those of one driver, those of one organization, or none. */
export type ShipmentReach =
  | { readonly kind: 'all' }
  | { readonly kind: 'driver'; readonly driverId: string }
  | { readonly kind: 'organization'; readonly organizationId: string }
  | { readonly kind: 'none' };

export function reachOf(identity: Identity): ShipmentReach {
  if (isStaff(identity)) return { kind: 'all' };
  if (identity.kind === 'anonymous') return { kind: 'none' };
  if (isDriver(identity)) return { kind: 'driver', driverId: identity.driverId as string };
  if (identity.organizationId !== null) return { kind: 'organization', organizationId: identity.organizationId };
  return { kind: 'none' };
}
