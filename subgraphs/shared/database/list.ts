import DataLoader from 'dataloader';
import { isUuid, toId } from '../ids.ts';
import { type Connection, type PageArguments, type PageRequest, parsePage, toConnection } from '../pages/connection.ts';
import { type CursorPart, type CursorValue, cursorParts, exactly } from '../pages/cursor.ts';
import type { EntityManager } from './database-types.ts';
import { query } from './query.ts';
import type { Columns, Rows } from './rows.ts';
import { allOf, join, raw, type Sql, sql, uuids } from './sql.ts';

/** One value by which a list is sorted. */
export interface SortKey<R> {
  /** SQL over the rows `t`. It must have the form of the expression in the index. */
  readonly expression: string;
  readonly kind: keyof typeof sortKinds;
  /** The property of the row with the value of the expression. */
  readonly property: keyof R & string;
  /** The value of the expression if the property is null. */
  readonly absent?: CursorValue;
}

/** A list in a stable order, read in pages. Its SQL names the rows `t`. */
export interface List<R> {
  readonly rows: Rows<R>;
  /** The from clause, without the keyword. */
  readonly from: Sql;
  /** All keys sort in the same direction. The last one is unique. */
  readonly order: readonly SortKey<R>[];
  readonly descending: boolean;
  /** For a list with several orders: cursors contain this name, so that a list refuses the cursors of its other orders. */
  readonly orderName?: string;
}

/** The list with only the columns that a request needs, those of its order, and others that the code itself reads. */
export function onlyColumns<R, K extends keyof R & string>(
  list: List<R>,
  columns: Columns,
  others: readonly K[],
): List<Pick<R, K>> {
  const sorted = list.order.map(({ property }) => property);
  const rows = list.rows.only(columns, [...others, ...sorted]);
  // The rows have the properties of the order too, but callers do not read them.
  return { ...list, rows } as unknown as List<Pick<R, K>>;
}

const sortKinds = {
  text: { type: 'text', part: cursorParts.text },
  uuid: { type: 'uuid', part: cursorParts.uuid },
  time: { type: 'timestamptz', part: cursorParts.time },
  /** A time that may be absent. The expression replaces null with infinity. */
  openTime: { type: 'timestamptz', part: openTime },
  number: { type: 'double precision', part: cursorParts.number },
  integer: { type: 'bigint', part: cursorParts.integer },
} as const satisfies Record<string, { readonly type: string; readonly part: CursorPart<unknown> }>;

function openTime(value: CursorValue): Date | string | undefined {
  return value === 'infinity' || value === '-infinity' ? value : cursorParts.time(value);
}

/** Checks the arguments of a page of the list. @throws GraphError BAD_USER_INPUT */
export function pageOf<R>({ order, orderName }: List<R>, page: PageArguments): PageRequest {
  const parts = order.map(({ kind }) => sortKinds[kind].part);
  return parsePage(page, orderName === undefined ? parts : [...parts, exactly(orderName)]);
}

/**
 * Reads one page of the rows that meet the conditions. Counts them only if `totalCount` is selected.
 * @param count reads the number of rows where it is kept; otherwise up to 10,001 rows are counted
 */
export async function readPage<R>(
  em: EntityManager,
  list: List<R>,
  where: readonly Sql[],
  page: PageRequest,
  count: () => Promise<number> = () => countRows(em, list, where),
): Promise<Connection<R>> {
  const { rows, from } = list;
  const found = await rows.read(
    em,
    sql`select ${rows.columns('t')} from ${from} where ${allOf([...where, ...beyond(list, page)])} order by ${orderBy(list, page)} limit ${page.limit}`,
  );
  return connectionOf(list, page, found, count);
}

/** Totals are exact up to 10,000. One more stands for every greater number, so that a long history is not counted. */
const countedRows = 10_001;

async function countRows<R>(em: EntityManager, { from }: List<R>, where: readonly Sql[]): Promise<number> {
  const [row] = await query<{ count: number }>(
    em,
    sql`select count(*)::int as count from (select from ${from} where ${allOf(where)} limit ${countedRows}) counted`,
  );
  return row?.count ?? 0;
}

/** Reads the numbers of rows of parents. Parents without rows may be absent. */
export type CountsOf = (parentIds: readonly string[]) => Promise<ReadonlyMap<string, number>>;

/** Pages of a list that belongs to a parent. */
export type PagesOf<R> = (parentId: string, page: PageArguments) => Promise<Connection<R>>;

const parentsPerStatement = 500;

/**
 * Reads the same page of the list for many parents with one statement per request and distinct arguments. A selected
 * `totalCount` needs one more. A parent id may be in upper or lower case. A parent id that is no UUID has no rows.
 * @param parentColumn column of the rows with the id of the parent
 * @param countsOf reads the numbers of rows where they are kept; otherwise up to 10,001 rows of each parent are counted
 */
export function pagesOf<R>(
  em: EntityManager,
  list: List<R>,
  parentColumn: string,
  where: readonly Sql[] = [],
  countsOf: CountsOf = (parents) => countRowsOf(em, list, parentColumn, parents, where),
): PagesOf<R> {
  const loaders = new Map<string, DataLoader<string, readonly R[]>>();
  const counts = perParent(async (parents) => {
    const counted = await countsOf(parents);
    return parents.map((parent) => counted.get(parent) ?? 0);
  });
  return async (givenId, { first, after, last, before }) => {
    const parentId = toId(givenId);
    const page = pageOf(list, { first, after, last, before });
    if (!isUuid(parentId)) return connectionOf(list, page, [], async () => 0);
    const signature = JSON.stringify(page);
    let loader = loaders.get(signature);
    if (!loader) {
      loader = perParent(async (parents) => {
        const rows = await readPagesOf(em, list, parentColumn, parents, where, page);
        return parents.map((parent) => rows.get(parent) ?? []);
      });
      loaders.set(signature, loader);
    }
    return connectionOf(list, page, await loader.load(parentId), () => counts.load(parentId));
  };
}

function perParent<V>(read: (parents: readonly string[]) => Promise<V[]>): DataLoader<string, V> {
  return new DataLoader(read, { maxBatchSize: parentsPerStatement });
}

/** Reads one page for each of many parents in one statement. */
async function readPagesOf<R>(
  em: EntityManager,
  list: List<R>,
  parentColumn: string,
  parents: readonly string[],
  where: readonly Sql[],
  page: PageRequest,
): Promise<Map<string, (R & { parentId: string })[]>> {
  const { rows, from } = list;
  const ofParent = sql`t.${raw(parentColumn)} = parent.id`;
  const read = await rows.read<{ parentId: string }>(
    em,
    sql`select parent.id as "parentId", page.* from unnest(${uuids(parents)}) parent (id) cross join lateral (
      select ${rows.columns('t')} from ${from} where ${allOf([ofParent, ...where, ...beyond(list, page)])}
      order by ${orderBy(list, page)} limit ${page.limit}) page`,
  );
  return Map.groupBy(read, ({ parentId }) => parentId);
}

async function countRowsOf<R>(
  em: EntityManager,
  { from }: List<R>,
  parentColumn: string,
  parents: readonly string[],
  where: readonly Sql[],
): Promise<Map<string, number>> {
  const ofParent = sql`t.${raw(parentColumn)} = parent.id`;
  const rows = await query<{ parent: string; count: number }>(
    em,
    sql`select parent.id as parent, counted.count from unnest(${uuids(parents)}) parent (id) cross join lateral (
      select count(*)::int as count from (select from ${from} where ${allOf([ofParent, ...where])} limit ${countedRows}) rows
    ) counted`,
  );
  return new Map(rows.map(({ parent, count }) => [parent, count]));
}

function connectionOf<R>(
  { order, orderName }: List<R>,
  page: PageRequest,
  rows: readonly R[],
  count: () => Promise<number>,
): Connection<R> {
  const suffix = orderName === undefined ? [] : [orderName];
  return toConnection(page, rows, {
    cursor: (row) => [...order.map((key) => sortValue(key, row)), ...suffix],
    node: (row) => row,
    count,
  });
}

function sortValue<R>({ property, absent = null }: SortKey<R>, row: R): CursorValue {
  const value: unknown = row[property] ?? absent;
  return value instanceof Date ? value.toISOString() : (value as CursorValue); // texts and numbers, by the kinds of keys
}

function ascends<R>({ descending }: List<R>, { direction }: PageRequest): boolean {
  return descending === (direction === 'backward');
}

function orderBy<R>(list: List<R>, page: PageRequest): Sql {
  const direction = ascends(list, page) ? 'asc' : 'desc';
  return raw(list.order.map(({ expression }) => `${expression} ${direction}`).join(', '));
}

/** The condition for the rows beyond the cursor. There is none on the first page. */
function beyond<R>(list: List<R>, page: PageRequest): Sql[] {
  const { position } = page;
  if (position === null) return [];
  const { order } = list;
  const columns = raw(order.map(({ expression }) => expression).join(', '));
  const values = join(order.map(({ kind }, index) => sql`${position[index]}::${raw(sortKinds[kind].type)}`));
  return [sql`(${columns}) ${raw(ascends(list, page) ? '>' : '<')} (${values})`];
}
