import { hasScope, type Identity, isStaff } from '#shared/identity/identity.ts';

/** Whose prices and bills an identity may see: everybody's, one organization's, or nobody's. */
export type Visibility =
  | { readonly kind: 'all' }
  | { readonly kind: 'organization'; readonly organizationId: string }
  | { readonly kind: 'none' };

export function visibilityOf(identity: Identity): Visibility {
  if (identity.kind !== 'account' || !hasScope(identity, 'pricing:read')) return { kind: 'none' };
  if (isStaff(identity)) return { kind: 'all' };
  return identity.organizationId ? { kind: 'organization', organizationId: identity.organizationId } : { kind: 'none' };
}

/** As a condition on rows with an organization id; undefined = no row at all. */
export function organizationCondition(visibility: Visibility): { organizationId?: string } | undefined {
  if (visibility.kind === 'all') return {};
  return visibility.kind === 'organization' ? { organizationId: visibility.organizationId } : undefined;
}

export function maySee(visibility: Visibility, organizationId: string): boolean {
  return (
    visibility.kind === 'all' || (visibility.kind === 'organization' && visibility.organizationId === organizationId)
  );
}
