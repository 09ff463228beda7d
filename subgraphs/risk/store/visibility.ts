import { hasScope, type Identity } from '#shared/identity/identity.ts';

/** Reads the records of these ids. */
export type Read<R> = (ids: readonly string[]) => Promise<readonly R[]>;

/**
 * Restricts reading to identities with the scope. Without it nothing is read, as a customer must not learn what stops a
 * shipment.
 */
export function visibleTo(identity: Identity): <R>(read: Read<R>) => Read<R> {
  const sees = hasScope(identity, 'risk:read');
  return (read) => async (ids) => (sees ? read(ids) : []);
}
