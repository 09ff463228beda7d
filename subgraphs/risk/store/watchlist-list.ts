import { hasIndex } from '#shared/database/blind-index.ts';
import type { EntityManager } from '#shared/database/database.ts';
import { keyContains } from '#shared/database/key-contains.ts';
import { type List, onlyColumns, pageOf, readPage } from '#shared/database/list.ts';
import type { Columns } from '#shared/database/rows.ts';
import { anyOf, isOneOf, type Sql, sql } from '#shared/database/sql.ts';
import { parseSearch } from '#shared/input/text.ts';
import type { Connection, PageArguments } from '#shared/pages/connection.ts';
import type { WatchlistKind } from '../domain/vocabulary.ts';
import { type WatchlistEntry, watchedValue } from '../entities.ts';
import { watchlistEntryRows } from './rows.ts';

export interface WatchlistFilter {
  readonly kinds?: readonly WatchlistKind[] | null;
  readonly search?: string | null;
  readonly active?: boolean | null;
  /** Deprecated. It must hold, too. */
  readonly kind?: WatchlistKind | null;
}

const entries: List<WatchlistEntry> = {
  rows: watchlistEntryRows,
  from: sql`watchlist_entry t`,
  order: [
    { expression: 't.added_at', kind: 'time', property: 'addedAt' },
    { expression: 't.id', kind: 'uuid', property: 'id' },
  ],
  descending: true,
};

/** The value has these words, or is this whole e-mail address. */
function hasValue(em: EntityManager, search: string): Sql {
  const named = keyContains('t.search_key', search);
  const address = sql`t.kind = 'EMAIL' and ${hasIndex(em, watchedValue, search)}`;
  return search.includes('@') ? anyOf([named, address]) : named;
}

/** A page of the watchlist, newest first. The caller must check the scope. @throws GraphError BAD_USER_INPUT */
export async function pageOfWatchlist(
  em: EntityManager,
  { kinds, search, active, kind }: WatchlistFilter,
  page: PageArguments,
  columns: Columns,
): Promise<Connection<Pick<WatchlistEntry, 'id'>>> {
  const where: Sql[] = [];
  if (kinds) where.push(isOneOf('t.kind', kinds));
  if (kind != null) where.push(sql`t.kind = ${kind}`);
  if (search != null) where.push(hasValue(em, parseSearch(search)));
  if (active != null) where.push(active ? sql`t.removed_at is null` : sql`t.removed_at is not null`);
  const list = onlyColumns(entries, columns, ['id']);
  return readPage(em, list, where, pageOf(list, page));
}
