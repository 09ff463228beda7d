import type { FilterQuery } from '@mikro-orm/core';
import type { EntityManager } from '#shared/database/database.ts';
import type { Identity } from '#shared/identity/identity.ts';
import { isUuid } from '#shared/ids.ts';
import { type Connection, type PageArguments, parsePage, toConnection } from '#shared/pages/connection.ts';
import { cursorParts } from '#shared/pages/cursor.ts';
import { keysetOf } from '#shared/pages/keyset.ts';
import type { Tier } from '#shared/vocabulary.ts';
import { maySee } from '../domain/visibility.ts';
import { type Organization, OrganizationEntity } from '../entities.ts';
import { containing } from './search.ts';

export interface OrganizationFilter {
  readonly search?: string | null;
  readonly tier?: Tier | null;
}

/** Organizations of these ids that the identity may see. */
export async function visibleOrganizations(
  em: EntityManager,
  identity: Identity,
  ids: readonly string[],
): Promise<readonly Organization[]> {
  const wanted = ids.filter((id) => isUuid(id) && maySee(identity, { id }));
  return wanted.length > 0 ? em.find(OrganizationEntity, { id: { $in: wanted } }) : [];
}

/** The tier that an account's requests run under. Our own people, without an organization, have every tier's features. */
export async function tierOf(em: EntityManager, organizationId: string | null): Promise<Tier> {
  return organizationId ? (await em.findOneOrFail(OrganizationEntity, organizationId)).tier : 'ENTERPRISE';
}

/** A page of all organizations by name; throws BAD_USER_INPUT for wrong arguments. The caller has checked the scope. */
export async function pageOfOrganizations(
  em: EntityManager,
  { search, tier }: OrganizationFilter,
  args: PageArguments,
): Promise<Connection<Organization>> {
  const page = parsePage(args, [cursorParts.text, cursorParts.uuid]);
  const { orderBy, beyond } = keysetOf(page, 'name', 'asc');
  const where: FilterQuery<Organization> = {
    ...(search != null && { name: { $ilike: containing(search) } }),
    ...(tier != null && { tier }),
  };
  const rows = await em.find(OrganizationEntity, { $and: [where, beyond] }, { orderBy, limit: page.limit });
  return toConnection(page, rows, {
    cursor: (row) => [row.name, row.id],
    node: (row) => row,
    count: () => em.count(OrganizationEntity, where),
  });
}
