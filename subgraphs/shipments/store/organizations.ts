import type { EntityManager } from '#shared/database/database.ts';
import { isUuid } from '#shared/ids.ts';

/** Remembers that an organization exists: staff may create shipments for it. */
export async function rememberOrganization(em: EntityManager, organizationId: string): Promise<void> {
  await em.execute('insert into known_organization (organization_id) values (?) on conflict do nothing', [
    organizationId,
  ]);
}

export async function isKnownOrganization(em: EntityManager, organizationId: string): Promise<boolean> {
  if (!isUuid(organizationId)) return false;
  const rows = await em.execute('select 1 from known_organization where organization_id = ?', [organizationId]);
  return rows.length === 1;
}
