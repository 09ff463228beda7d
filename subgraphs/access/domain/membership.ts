import { refuse } from '#shared/errors/errors.ts';
import type { Role } from '#shared/vocabulary.ts';

const rolesOfCustomers: readonly Role[] = ['CUSTOMER', 'PARTNER'];

/**
 * Holds roles and organization together: what an account may see follows from both, so one who is staff and customer at
 * once would see too much or too little.
 * Refusals: ORGANIZATION_REQUIRED, ORGANIZATION_REFUSED, INVALID_INPUT (roles of both kinds).
 */
export function requireFittingRoles(roles: readonly Role[], organizationId: string | null): void {
  const outside = roles.filter((role) => rolesOfCustomers.includes(role));
  if (outside.length > 0 && outside.length < roles.length) {
    refuse('INVALID_INPUT', `Roles of one kind are required; got ${roles.join(', ')}.`, 'roles');
  }
  if (outside.length > 0 && organizationId === null) {
    refuse('ORGANIZATION_REQUIRED', `${outside.join(', ')} requires an organization; none arrived.`, 'organizationId');
  }
  if (outside.length === 0 && organizationId !== null) {
    refuse('ORGANIZATION_REFUSED', `${roles.join(', ')} belongs to no organization; one arrived.`, 'organizationId');
  }
}
