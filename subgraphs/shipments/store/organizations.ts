import type { EntityManager } from '#shared/database/database.ts';
import { query } from '#shared/database/query.ts';
import { sql } from '#shared/database/sql.ts';
import { isUuid } from '#shared/ids.ts';
import { toSearchVector } from '#shared/input/search-words.ts';

/** Records an organization and its present name, so that staff can create shipments for it and find them by its name. */
export async function rememberOrganization(
  em: EntityManager,
  { organizationId, name }: { readonly organizationId: string; readonly name: string },
): Promise<void> {
  await query(
    em,
    sql`insert into known_organization (organization_id, search) values (${organizationId}, ${toSearchVector([name])}::tsvector)
      on conflict (organization_id) do update set search = excluded.search`,
  );
}

export async function isKnownOrganization(em: EntityManager, organizationId: string): Promise<boolean> {
  if (!isUuid(organizationId)) return false;
  const rows = await query(em, sql`select 1 from known_organization where organization_id = ${organizationId}`);
  return rows.length === 1;
}
