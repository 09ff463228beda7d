import { type Identity, isStaff } from './identity.ts';

/** Whose records an identity may see. Which columns decide this, and in which state of a record, each subgraph says. */
export type Reach =
  /** Staff: everybody's. */
  | { readonly kind: 'ALL' }
  /** Drivers: their own. */
  | { readonly kind: 'DRIVER'; readonly driverId: string }
  /** Customers and partners: those of their organization. */
  | { readonly kind: 'ORGANIZATION'; readonly organizationId: string }
  | { readonly kind: 'NONE' };

export function reachOf(identity: Identity): Reach {
  if (isStaff(identity)) return { kind: 'ALL' };
  if (identity.kind === 'anonymous') return { kind: 'NONE' };
  const { roles, driverId, organizationId } = identity;
  if (roles.includes('DRIVER') && driverId !== null) return { kind: 'DRIVER', driverId };
  return organizationId === null ? { kind: 'NONE' } : { kind: 'ORGANIZATION', organizationId };
}

/** Whether a record of this organization and, where it has one, this driver lies within the reach. */
export function reaches(reach: Reach, record: { organizationId?: string | null; driverId?: string | null }): boolean {
  switch (reach.kind) {
    case 'ALL':
      return true;
    case 'DRIVER':
      return record.driverId === reach.driverId;
    case 'ORGANIZATION':
      return record.organizationId === reach.organizationId;
    case 'NONE':
      return false;
  }
}
