import { type Identity, isStaff } from '#shared/identity/identity.ts';
import type { Fragment } from './sql.ts';

/** Whose whereabouts an identity may see. */
export type Visibility =
  | { readonly kind: 'ALL' }
  /** Customers and partners: what carries a load of theirs, from pickup to delivery. */
  | { readonly kind: 'ORGANIZATION'; readonly organizationId: string }
  /** Drivers: what they drove themselves. */
  | { readonly kind: 'DRIVER'; readonly driverId: string }
  | { readonly kind: 'NONE' };

export function visibilityOf(identity: Identity): Visibility {
  if (identity.kind === 'anonymous') return { kind: 'NONE' };
  if (isStaff(identity)) return { kind: 'ALL' };
  const { driverId, organizationId } = identity;
  if (driverId) return { kind: 'DRIVER', driverId };
  return organizationId ? { kind: 'ORGANIZATION', organizationId } : { kind: 'NONE' };
}

const nothing: Fragment = { sql: 'false', params: [] };
const everything: Fragment = { sql: 'true', params: [] };

/** Which rows of a position table `p` are visible; `of` names the column that ties them to a carriage. */
export function visiblePositions(visibility: Visibility, of: 'vehicle_id' | 'driver_id'): Fragment {
  switch (visibility.kind) {
    case 'ALL':
      return everything;
    case 'DRIVER':
      return { sql: 'p.driver_id = ?', params: [visibility.driverId] };
    case 'ORGANIZATION':
      return {
        sql: `exists (select from carriage c where c.${of} = p.${of} and c.organization_id = ? and c.to_at is null and p.recorded_at >= c.from_at)`,
        params: [visibility.organizationId],
      };
    case 'NONE':
      return nothing;
  }
}

/** Which rows of the view `carriage c` are visible: customers see them only while the load is on the road. */
export function visibleCarriages(visibility: Visibility): Fragment {
  switch (visibility.kind) {
    case 'ALL':
      return everything;
    case 'DRIVER':
      return { sql: 'c.driver_id = ?', params: [visibility.driverId] };
    case 'ORGANIZATION':
      return { sql: 'c.organization_id = ? and c.to_at is null', params: [visibility.organizationId] };
    case 'NONE':
      return nothing;
  }
}
