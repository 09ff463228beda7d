import { hasScope, type Identity } from '#shared/identity/identity.ts';
import { type Reach, reachOf } from '#shared/identity/reach.ts';

/** Organizations whose performance an identity may see: all for staff, their own for other callers. It has sums of money. */
export function performanceReach(identity: Identity): Reach {
  return hasScope(identity, 'pricing:read') ? reachOf(identity) : { kind: 'NONE' };
}

/** Drivers whose utilization an identity may see: all for staff, themselves for drivers. */
export function utilizationReach(identity: Identity): Reach {
  return hasScope(identity, 'fleet:read') ? reachOf(identity) : { kind: 'NONE' };
}
