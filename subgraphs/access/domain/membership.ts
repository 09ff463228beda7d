import { refuse } from '#shared/errors/errors.ts';
import type { Role } from '#shared/vocabulary.ts';

const rolesOfCustomers: readonly Role[] = ['CUSTOMER', 'PARTNER'];

/**
 * Checks that the roles of an account match its organization. Both determine what the account may see, so an account cannot
 * be staff and customer at the same time.
 * @throws Refusal ORGANIZATION_REQUIRED, ORGANIZATION_REFUSED, or INVALID_INPUT for roles of both kinds
 */
export function requireFittingRoles(roles: readonly Role[], organizationId: string | null): void {
  const outside = roles.filter((role) => rolesOfCustomers.includes(role));
  if (outside.length > 0 && outside.length < roles.length) {
    refuse(
      'INVALID_INPUT',
      `${rolesOfCustomers.join(' and ')} can't be combined with other roles. Choose roles of one kind.`,
      'roles',
    );
  }
  if (outside.length > 0 && organizationId === null) {
    refuse(
      'ORGANIZATION_REQUIRED',
      `An account with the role ${outside.join(' or ')} needs an organization. Name it.`,
      'organizationId',
    );
  }
  if (outside.length === 0 && organizationId !== null) {
    refuse(
      'ORGANIZATION_REFUSED',
      `An account with the role ${roles.join(' or ')} can't belong to an organization. Leave it out.`,
      'organizationId',
    );
  }
}
