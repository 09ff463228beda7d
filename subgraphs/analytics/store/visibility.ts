import { hasScope, type Identity } from '#shared/identity/identity.ts';
import { type Reach, reachOf } from '#shared/identity/reach.ts';

/** Organizations whose performance an identity may see: all for staff, their own for other callers. */
export function performanceReach(identity: Identity): Reach {
  return reachOf(identity);
}

/** Drivers whose utilization an identity may see: all for staff, themselves for drivers. */
export function utilizationReach(identity: Identity): Reach {
  return hasScope(identity, 'fleet:read') ? reachOf(identity) : { kind: 'NONE' };
}
