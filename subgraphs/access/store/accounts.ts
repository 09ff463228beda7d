import { LockMode } from '@mikro-orm/core';
import { hasIndex } from '#shared/database/blind-index.ts';
import type { EntityManager } from '#shared/database/database.ts';
import { keyContains } from '#shared/database/key-contains.ts';
import { type List, onlyColumns, pageOf, readPage } from '#shared/database/list.ts';
import type { Columns } from '#shared/database/rows.ts';
import { anyOf, hasId, type Sql, sql } from '#shared/database/sql.ts';
import { parseSearch } from '#shared/input/text.ts';
import type { Connection, PageArguments } from '#shared/pages/connection.ts';
import type { Role } from '#shared/vocabulary.ts';
import { type Account, AccountEntity, accountEmail } from '../entities.ts';
import { accountRows } from './rows.ts';

export interface AccountFilter {
  readonly search?: string | null;
  readonly roles?: readonly Role[] | null;
  readonly role?: Role | null;
  readonly organizationId?: string | null;
  readonly active?: boolean | null;
}

/** Accounts by name. */
export const accountsByName: List<Account> = {
  rows: accountRows,
  from: sql`account t`,
  order: [
    { expression: 't.name_key', kind: 'text', property: 'nameKey' },
    { expression: 't.id', kind: 'uuid', property: 'id' },
  ],
  descending: false,
};

/** A page of all accounts by name. The caller has checked the scope. @throws GraphError BAD_USER_INPUT */
export async function pageOfAccounts(
  em: EntityManager,
  filter: AccountFilter,
  page: PageArguments,
  columns: Columns,
): Promise<Connection<Pick<Account, 'id'>>> {
  const list = onlyColumns(accountsByName, columns, ['id']);
  return readPage(em, list, conditionsOf(em, filter), pageOf(list, page));
}

function conditionsOf(em: EntityManager, { search, roles, role, organizationId, active }: AccountFilter): Sql[] {
  const conditions: Sql[] = [];
  if (search != null) conditions.push(hasNameOrAddress(em, parseSearch(search)));
  if (roles != null) conditions.push(sql`t.roles && ${[...new Set(roles)]}::text[]`);
  if (role != null) conditions.push(sql`t.roles @> ${[role]}::text[]`);
  if (organizationId != null) conditions.push(hasId('t.organization_id', organizationId));
  if (active != null) conditions.push(active ? sql`t.deactivated_at is null` : sql`t.deactivated_at is not null`);
  return conditions;
}

/** The name has these words, or the text is the whole e-mail address. A part of an address has another hash. */
function hasNameOrAddress(em: EntityManager, search: string): Sql {
  const named = keyContains('t.name_key', search);
  return search.includes('@') ? anyOf([named, hasAddress(em, search)]) : named;
}

function hasAddress(em: EntityManager, email: string): Sql {
  return hasIndex(em, accountEmail, email);
}

/** Finds an account by its e-mail address without a check of visibility. For signing in only. */
export async function findByEmail(em: EntityManager, email: string): Promise<Account | null> {
  const columns = accountRows.columns('t');
  const [account] = await accountRows.read(em, sql`select ${columns} from account t where ${hasAddress(em, email)}`);
  return account ?? null;
}

/** Finds an open account by its id and locks it, so that it is not closed before the commit. */
export function lockOpenAccount(em: EntityManager, id: string): Promise<Account | null> {
  return em.findOne(AccountEntity, { id, deactivatedAt: null }, { lockMode: LockMode.PESSIMISTIC_READ });
}

/** Finds an account by its id without a check of visibility. */
export async function findAccount(em: EntityManager, id: string): Promise<Account | null> {
  const [account] = await accountRows.readBy(em, 'id', [id]);
  return account ?? null;
}
