import { hasScope, type Identity } from '#shared/identity/identity.ts';
import { type Reach, reachOf } from '#shared/identity/reach.ts';

/** Whose performance an identity may see: staff that of every organization, others that of their own. */
export function performanceReach(identity: Identity): Reach {
  return reachOf(identity);
}

/** Whose utilization an identity may see: staff that of every driver, drivers their own. */
export function utilizationReach(identity: Identity): Reach {
  return hasScope(identity, 'fleet:read') ? reachOf(identity) : { kind: 'NONE' };
}
