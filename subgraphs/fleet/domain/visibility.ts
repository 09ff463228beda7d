import { type Identity, isStaff } from '#shared/identity/identity.ts';

/**
 * How much of a driver somebody sees. FULL: everything (staff, and drivers of themselves). COLLEAGUE: name, rating, score,
 * badges (drivers of each other). CUSTOMER: name and rating (customers and partners, of drivers on their shipments).
 */
export type DriverView = 'FULL' | 'COLLEAGUE' | 'CUSTOMER';

export function viewOfDriver(identity: Identity, driverId: string): DriverView {
  if (isStaff(identity) || driverOf(identity) === driverId) return 'FULL';
  return driverOf(identity) === null ? 'CUSTOMER' : 'COLLEAGUE';
}

/** The driver that this account is; null for everybody else. */
export function driverOf(identity: Identity): string | null {
  return identity.kind === 'account' && identity.roles.includes('DRIVER') ? identity.driverId : null;
}

/**
 * The parts of a question about all drivers that only staff may use: a condition or an order on a field tells its value,
 * also to somebody who gets null for the field itself.
 */
export function hiddenFromColleagues(
  identity: Identity,
  { name: _shown, ...hidden }: Readonly<Record<string, unknown>>,
  orderBy: string,
): string[] {
  if (isStaff(identity)) return [];
  const filters = Object.keys(hidden).filter((field) => hidden[field] != null);
  return [...filters.map((field) => `filter.${field}`), ...(orderBy === 'NAME_ASC' ? [] : [`orderBy: ${orderBy}`])];
}

/** Whose records of shipments somebody may see: every one's, those of one driver, those of one organization, or none. */
export type ShipmentReach =
  | { readonly kind: 'all' }
  | { readonly kind: 'driver'; readonly driverId: string }
  | { readonly kind: 'organization'; readonly organizationId: string }
  | { readonly kind: 'none' };

export function reachOf(identity: Identity): ShipmentReach {
  if (isStaff(identity)) return { kind: 'all' };
  const driverId = driverOf(identity);
  if (driverId !== null) return { kind: 'driver', driverId };
  if (identity.kind === 'account' && identity.organizationId !== null)
    return { kind: 'organization', organizationId: identity.organizationId };
  return { kind: 'none' };
}
