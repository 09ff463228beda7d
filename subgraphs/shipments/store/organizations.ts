import type { EntityManager } from '#shared/database/database.ts';
import { query } from '#shared/database/query.ts';
import { sql } from '#shared/database/sql.ts';
import { isUuid } from '#shared/ids.ts';

/** Records that an organization exists, so that staff can create shipments for it. */
export async function rememberOrganization(em: EntityManager, organizationId: string): Promise<void> {
  await query(
    em,
    sql`insert into known_organization (organization_id) values (${organizationId}) on conflict do nothing`,
  );
}

export async function isKnownOrganization(em: EntityManager, organizationId: string): Promise<boolean> {
  if (!isUuid(organizationId)) return false;
  const rows = await query(em, sql`select 1 from known_organization where organization_id = ${organizationId}`);
  return rows.length === 1;
}
