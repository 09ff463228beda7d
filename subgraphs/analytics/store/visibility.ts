import { hasScope, type Identity, isStaff } from '#shared/identity/identity.ts';

/** Staff see every organization's performance, others their own. */
export function maySeeOrganization(identity: Identity, organizationId: string): boolean {
  return isStaff(identity) || (identity.kind === 'account' && identity.organizationId === organizationId);
}

/** Staff see every driver's utilization, drivers their own. */
export function maySeeDriver(identity: Identity, driverId: string): boolean {
  if (isStaff(identity)) return true;
  return identity.kind === 'account' && hasScope(identity, 'fleet:read') && identity.driverId === driverId;
}
