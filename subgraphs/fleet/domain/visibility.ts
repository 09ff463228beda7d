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

type Given = Readonly<Record<string, unknown>>;

/*
 * The filters and orders of lists that only staff may use. A filter or an order on a field reveals its value, even to a
 * caller for whom the field itself is null.
 */

export function staffOnlyOfDrivers(
  identity: Identity,
  { search: _search, name: _name, ...hidden }: Given,
  orderBy: string,
): string[] {
  if (isStaff(identity)) return [];
  return [...namesOf(hidden), ...(['NAME', 'NAME_ASC'].includes(orderBy) ? [] : [`orderBy: ${orderBy}`])];
}

/** Drivers see only their own assignments of a vehicle, so they may not ask when it is free. */
export function staffOnlyOfVehicles(identity: Identity, { freeIn }: Given): string[] {
  return isStaff(identity) ? [] : namesOf({ freeIn });
}

function namesOf(filter: Given): string[] {
  return Object.keys(filter)
    .filter((field) => filter[field] != null)
    .map((field) => `filter.${field}`);
}
