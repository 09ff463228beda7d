import type { EntityManager } from '#shared/database/database.ts';
import { type List, onlyColumns, pageOf, readPage } from '#shared/database/list.ts';
import type { Columns } from '#shared/database/rows.ts';
import { allOf, never, type Sql, sql } from '#shared/database/sql.ts';
import { withinReach } from '#shared/database/within-reach.ts';
import { hasScope, type Identity } from '#shared/identity/identity.ts';
import { reachOf } from '#shared/identity/reach.ts';
import type { Connection, PageArguments } from '#shared/pages/connection.ts';
import type { TrustedDocument } from '../entities.ts';
import { documentRows } from './rows.ts';

/** Condition for the registered documents `t` that an identity may see: administrators all, partners those of their organization. */
export function visibleDocuments(identity: Identity): Sql {
  if (!hasScope(identity, 'access:documents')) return never;
  return withinReach(reachOf(identity), { organization: (id) => sql`t.organization_id = ${id}` });
}

/** Registered documents, the newest registration first. */
export const documentsByAge: List<TrustedDocument> = {
  rows: documentRows,
  from: sql`trusted_document t`,
  order: [
    { expression: 't.registered_at', kind: 'time', property: 'registeredAt' },
    { expression: 't.id', kind: 'uuid', property: 'id' },
  ],
  descending: true,
};

export interface DocumentFilter {
  readonly ofCompany?: boolean | null;
}

/** A page of visible documents, the newest registration first. @throws GraphError BAD_USER_INPUT */
export function pageOfDocuments(
  em: EntityManager,
  identity: Identity,
  { ofCompany }: DocumentFilter,
  page: PageArguments,
  columns: Columns,
): Promise<Connection<Pick<TrustedDocument, 'id'>>> {
  const owned =
    ofCompany == null ? [] : [ofCompany ? sql`t.organization_id is null` : sql`t.organization_id is not null`];
  const list = onlyColumns(documentsByAge, columns, ['id']);
  return readPage(em, list, [visibleDocuments(identity), ...owned], pageOf(list, page));
}

/** Finds a visible document by the hash of its text. If several owners have registered it: that of the caller, else that of the first. */
export async function findDocument(
  em: EntityManager,
  identity: Identity,
  hash: string,
  columns: Columns,
): Promise<Pick<TrustedDocument, 'id'> | null> {
  if (!/^[0-9a-f]{64}$/.test(hash)) return null;
  const own = identity.kind === 'account' ? identity.organizationId : null;
  const rows = documentRows.only(columns, ['id']);
  const [document] = await rows.read(
    em,
    sql`select ${rows.columns('t')} from trusted_document t where ${allOf([sql`t.hash = ${hash}`, visibleDocuments(identity)])}
      order by t.organization_id is not distinct from ${own}::uuid desc, t.id limit 1`,
  );
  return document ?? null;
}
