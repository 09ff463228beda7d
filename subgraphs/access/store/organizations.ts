import type { EntityManager } from '#shared/database/database.ts';
import { keyContains } from '#shared/database/key-contains.ts';
import { type List, onlyColumns, pageOf, readPage } from '#shared/database/list.ts';
import { type Columns, noColumns } from '#shared/database/rows.ts';
import { isOneOf, type Sql, sql } from '#shared/database/sql.ts';
import { parseSearch } from '#shared/input/text.ts';
import type { Connection, PageArguments } from '#shared/pages/connection.ts';
import type { Tier } from '#shared/vocabulary.ts';
import type { Organization } from '../entities.ts';
import { organizationRows } from './rows.ts';

export interface OrganizationFilter {
  readonly search?: string | null;
  readonly tiers?: readonly Tier[] | null;
  readonly tier?: Tier | null;
}

/** The tier of an account's requests. Accounts without an organization belong to the freight company and have all features. */
export async function tierOf(em: EntityManager, organizationId: string | null): Promise<Tier> {
  if (organizationId === null) return 'ENTERPRISE';
  const [organization] = await organizationRows.only(noColumns, ['tier']).readBy(em, 'id', [organizationId]);
  if (!organization) throw new Error(`No organization ${organizationId}`);
  return organization.tier;
}

const organizations: List<Organization> = {
  rows: organizationRows,
  from: sql`organization t`,
  order: [
    { expression: 't.name_key', kind: 'text', property: 'nameKey' },
    { expression: 't.id', kind: 'uuid', property: 'id' },
  ],
  descending: false,
};

/** A page of all organizations by name. The caller has checked the scope. @throws GraphError BAD_USER_INPUT */
export async function pageOfOrganizations(
  em: EntityManager,
  { search, tiers, tier }: OrganizationFilter,
  page: PageArguments,
  columns: Columns,
): Promise<Connection<Pick<Organization, 'id'>>> {
  const where: Sql[] = [];
  if (search != null) where.push(keyContains('t.name_key', parseSearch(search)));
  if (tiers != null) where.push(isOneOf('t.tier', tiers));
  if (tier != null) where.push(sql`t.tier = ${tier}`);
  const list = onlyColumns(organizations, columns, ['id']);
  return readPage(em, list, where, pageOf(list, page));
}
