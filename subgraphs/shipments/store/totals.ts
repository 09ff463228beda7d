import type { EntityManager } from '#shared/database/database.ts';
import type { CountsOf } from '#shared/database/list.ts';
import { query } from '#shared/database/query.ts';
import { sql, uuids } from '#shared/database/sql.ts';
import type { Identity } from '#shared/identity/identity.ts';
import { type Reach, reaches } from '#shared/identity/reach.ts';
import { toId } from '#shared/ids.ts';
import type { ShipmentFilter } from '../domain/filter-input.ts';
import { shipmentReach } from './visibility.ts';

/** Reads the kept number of shipments in a list of all of them or of one organization. Undefined for other lists. */
export function keptTotal(
  em: EntityManager,
  identity: Identity,
  { organizationId, ...others }: ShipmentFilter,
): (() => Promise<number>) | undefined {
  const reach = shipmentReach(identity);
  if (!countsOrganizations(reach) || hasConditions(others)) return undefined;
  const wanted = organizationId ?? (reach.kind === 'ORGANIZATION' ? reach.organizationId : null);
  if (wanted === null) return () => countAll(em);
  const id = toId(wanted);
  return async () => (await countsOfOrganizations(em, reach, [id])).get(id) ?? 0;
}

/** Reads the kept numbers of shipments in lists of organizations. Undefined for other lists. */
export function keptTotals(em: EntityManager, identity: Identity, filter: ShipmentFilter): CountsOf | undefined {
  const reach = shipmentReach(identity);
  if (!countsOrganizations(reach) || hasConditions(filter)) return undefined;
  return (organizationIds) => countsOfOrganizations(em, reach, organizationIds);
}

function countsOrganizations({ kind }: Reach): boolean {
  return kind === 'ALL' || kind === 'ORGANIZATION';
}

function hasConditions(filter: ShipmentFilter): boolean {
  return Object.values(filter).some((value) => value != null);
}

async function countsOfOrganizations(
  em: EntityManager,
  reach: Reach,
  organizationIds: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const visible = organizationIds.filter((organizationId) => reaches(reach, { organizationId }));
  const rows = await query<{ id: string; count: number }>(
    em,
    sql`select organization_id as id, sum(shipments)::int as count from shipment_count
      where organization_id = any(${uuids(visible)}) group by 1`,
  );
  return new Map(rows.map(({ id, count }) => [id, count]));
}

async function countAll(em: EntityManager): Promise<number> {
  const [row] = await query<{ count: number }>(
    em,
    sql`select coalesce(sum(shipments), 0)::int as count from shipment_count`,
  );
  return row?.count ?? 0;
}
