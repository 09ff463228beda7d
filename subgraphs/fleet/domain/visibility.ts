import { type Identity, isStaff } from '#shared/identity/identity.ts';
import { reaches, reachOf } from '#shared/identity/reach.ts';

/**
 * How much of a driver a caller sees.
 * FULL: everything. For staff, and for drivers about themselves.
 * COLLEAGUE: name, rating, score and badges. For drivers about other drivers.
 * CUSTOMER: name and rating. For customers and partners about the drivers on their shipments.
 */
export type DriverView = 'FULL' | 'COLLEAGUE' | 'CUSTOMER';

export function viewOfDriver(identity: Identity, driverId: string): DriverView {
  const reach = reachOf(identity);
  if (reaches(reach, { driverId })) return 'FULL';
  return reach.kind === 'DRIVER' ? 'COLLEAGUE' : 'CUSTOMER';
}

/** The id of the driver to whom this account belongs. Null for other callers. */
export function driverOf(identity: Identity): string | null {
  return identity.kind === 'account' && identity.roles.includes('DRIVER') ? identity.driverId : null;
}

/**
 * The filters and orders of the driver list that only staff may use. A filter or an order on a field reveals its value,
 * even to a caller for whom the field itself is null.
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
