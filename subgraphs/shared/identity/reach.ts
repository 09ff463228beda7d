import { type Identity, isStaff } from './identity.ts';

/** The owners whose records an identity may see. Each subgraph defines the columns and states to which this applies. */
export type Reach =
  /** Staff see all records. */
  | { readonly kind: 'ALL' }
  /** Drivers see their own records. */
  | { readonly kind: 'DRIVER'; readonly driverId: string }
  /** Customers and partners see the records of their organization. */
  | { readonly kind: 'ORGANIZATION'; readonly organizationId: string }
  | { readonly kind: 'NONE' };

export function reachOf(identity: Identity): Reach {
  if (isStaff(identity)) return { kind: 'ALL' };
  if (identity.kind !== 'account') return { kind: 'NONE' };
  const { roles, driverId, organizationId } = identity;
  if (roles.includes('DRIVER') && driverId !== null) return { kind: 'DRIVER', driverId };
  return organizationId === null ? { kind: 'NONE' } : { kind: 'ORGANIZATION', organizationId };
}

/** True if the reach includes a record of this organization and, if it has one, of this driver. */
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
