import { hasScope, type Identity } from '#shared/identity/identity.ts';
import type { Actor } from './status.ts';

/** The capacities in which an identity acts on a shipment of this organization and driver. */
export function actorsOf(
  identity: Identity,
  { organizationId, driverId }: { organizationId: string; driverId: string | null },
): Actor[] {
  if (identity.kind !== 'account') return [];
  const actors: Actor[] = [];
  if (identity.roles.includes('ADMIN') || identity.roles.includes('DISPATCHER')) actors.push('DISPATCHER');
  if (identity.organizationId === organizationId && hasScope(identity, 'shipments:write')) actors.push('SHIPPER');
  if (driverId !== null && identity.driverId === driverId && hasScope(identity, 'shipments:advance')) {
    actors.push('DRIVER');
  }
  return actors;
}
