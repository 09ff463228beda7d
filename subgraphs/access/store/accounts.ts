import type { FilterQuery } from '@mikro-orm/core';
import type { EntityManager } from '#shared/database/database.ts';
import type { Identity } from '#shared/identity/identity.ts';
import { isUuid } from '#shared/ids.ts';
import {
  type Connection,
  type PageArguments,
  type PageRequest,
  parsePage,
  toConnection,
} from '#shared/pages/connection.ts';
import { cursorParts } from '#shared/pages/cursor.ts';
import { keysetOf } from '#shared/pages/keyset.ts';
import type { Role } from '#shared/vocabulary.ts';
import { mayListAccountsOf, seesName, seesWhole } from '../domain/visibility.ts';
import { type Account, AccountEntity } from '../entities.ts';
import { containing } from './search.ts';

export interface AccountFilter {
  readonly search?: string | null;
  readonly role?: Role | null;
  readonly organizationId?: string | null;
  readonly active?: boolean | null;
}

/** Accounts of these ids that the identity sees whole. */
export async function visibleAccounts(
  em: EntityManager,
  identity: Identity,
  ids: readonly string[],
): Promise<readonly Account[]> {
  const rows = await namedAccounts(em, identity, ids);
  return rows.filter((account) => seesWhole(identity, account));
}

/** Accounts of these ids whose names the identity may see in records that name them. */
export async function namedAccounts(
  em: EntityManager,
  identity: Identity,
  ids: readonly string[],
): Promise<readonly Account[]> {
  const rows = await em.find(AccountEntity, { id: { $in: ids.filter(isUuid) } });
  return rows.filter((account) => seesName(identity, account));
}

/** Any account by its address, whoever asks: for signing in only. */
export function findByEmail(em: EntityManager, email: string): Promise<Account | null> {
  return em.findOne(AccountEntity, { email });
}

const byName = [cursorParts.text, cursorParts.uuid] as const;

/** A page of all accounts by name; throws BAD_USER_INPUT for wrong arguments. The caller has checked the scope. */
export async function pageOfAccounts(
  em: EntityManager,
  filter: AccountFilter,
  args: PageArguments,
): Promise<Connection<Account>> {
  const page = parsePage(args, byName);
  const { orderBy, beyond } = keysetOf(page, 'name', 'asc');
  const where = whereOf(filter);
  const rows = await em.find(AccountEntity, { $and: [where, beyond] }, { orderBy, limit: page.limit });
  return connectionOf(page, rows, () => em.count(AccountEntity, where));
}

function whereOf({ search, role, organizationId, active }: AccountFilter): FilterQuery<Account> {
  const conditions: FilterQuery<Account>[] = [];
  if (search != null) {
    const $ilike = containing(search);
    conditions.push({ $or: [{ name: { $ilike } }, { email: { $ilike } }] });
  }
  if (role != null) conditions.push({ roles: { $contains: [role] } });
  if (organizationId != null) conditions.push(isUuid(organizationId) ? { organizationId } : { id: { $in: [] } });
  if (active != null) conditions.push({ deactivatedAt: active ? null : { $ne: null } });
  return conditions.length > 0 ? { $and: conditions } : {};
}

function connectionOf(page: PageRequest, rows: readonly Account[], count: () => Promise<number>): Connection<Account> {
  return toConnection(page, rows, { cursor: ({ name, id }) => [name, id], node: (account) => account, count });
}

/**
 * The same page of the accounts of several organizations in one statement, by organization; empty pages for those whose
 * accounts the identity may not list.
 */
export async function pagesOfMembers(
  em: EntityManager,
  identity: Identity,
  organizationIds: readonly string[],
  args: PageArguments,
): Promise<ReadonlyMap<string, readonly Account[]>> {
  const page = parsePage(args, byName);
  const ids = organizationIds.filter((id) => mayListAccountsOf(identity, id));
  if (ids.length === 0) return new Map();
  const { reading } = keysetOf(page, 'name', 'asc');
  const position = page.position ? `and (name, id) ${reading === 'asc' ? '>' : '<'} (?, ?::uuid)` : '';
  const rows = await em.execute<Record<string, unknown>[]>(
    `select member.* from unnest(array[?]::uuid[]) as organization (id)
      cross join lateral (
        select * from account where organization_id = organization.id ${position}
        order by name ${reading}, id ${reading} limit ${page.limit}
      ) as member`,
    [ids, ...(page.position ?? [])],
  );
  const members = rows.map((row) => em.map(AccountEntity, row) as Account); // `select *`: the whole entity
  return Map.groupBy(members, (account) => account.organizationId as string);
}

export function membersPage(
  rows: readonly Account[],
  args: PageArguments,
  count: () => Promise<number>,
): Connection<Account> {
  return connectionOf(parsePage(args, byName), rows, count);
}

/** Numbers of accounts by organization, in one statement. */
export async function countMembers(
  em: EntityManager,
  identity: Identity,
  organizationIds: readonly string[],
): Promise<readonly { organizationId: string; count: number }[]> {
  const ids = organizationIds.filter((id) => mayListAccountsOf(identity, id));
  if (ids.length === 0) return [];
  return em.execute(
    `select organization_id as "organizationId", count(*)::int as count from account
      where organization_id = any(array[?]::uuid[]) group by 1`,
    [ids],
  );
}
