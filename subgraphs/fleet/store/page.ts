import type { EntityManager } from '#shared/database/database.ts';
import {
  type Connection,
  type PageArguments,
  type PageRequest,
  parsePage,
  toConnection,
} from '#shared/pages/connection.ts';
import { type CursorValue, cursorParts } from '#shared/pages/cursor.ts';

/** A piece of a where clause with its parameters. */
export interface Condition {
  readonly sql: string;
  readonly parameters: readonly unknown[];
}

export function condition(sql: string, ...parameters: readonly unknown[]): Condition {
  return { sql, parameters };
}

export const never = condition('false');

/** A list in a stable order: its last column is unique, and all columns run in the same direction. */
export interface List<R> {
  /** What stands after `from`; it names its rows `t`. */
  readonly source: Condition;
  readonly order: readonly { readonly column: string; readonly kind: keyof typeof sqlTypes }[];
  readonly descending: boolean;
  /** Shapes a raw row. */
  readonly toRow: (em: EntityManager, raw: Record<string, unknown>) => R;
  readonly cursorOf: (row: R) => readonly CursorValue[];
}

/** Checks the arguments of a page of the list. */
export function pageOf<R>({ order }: List<R>, page: PageArguments): PageRequest {
  return parsePage(
    page,
    order.map(({ kind }) => cursorParts[kind]),
  );
}

/** One page of a list with the conditions; `totalCount` counts when it is asked for. */
export async function readPage<R>(
  em: EntityManager,
  list: List<R>,
  where: readonly Condition[],
  page: PageRequest,
): Promise<Connection<R>> {
  const all = [...where, ...keyset(list, page)];
  const raws: Record<string, unknown>[] = await em.execute(
    `select t.* from ${list.source.sql} where ${conjunction(all)} ${orderBy(list, page)} limit ?`,
    [...list.source.parameters, ...all.flatMap(({ parameters }) => parameters), page.limit],
  );
  return toConnection(
    page,
    raws.map((raw) => list.toRow(em, raw)),
    { cursor: list.cursorOf, node: (row) => row, count: () => countRows(em, list, where) },
  );
}

async function countRows<R>(em: EntityManager, { source }: List<R>, where: readonly Condition[]): Promise<number> {
  const [row] = await em.execute<{ count: string }[]>(
    `select count(*) as count from ${source.sql} where ${conjunction(where)}`,
    [...source.parameters, ...where.flatMap(({ parameters }) => parameters)],
  );
  return Number(row?.count);
}

/** The rows of one page for each of many parents, in one statement. */
export async function readPagesOf<R>(
  em: EntityManager,
  list: List<R>,
  parentColumn: string,
  parents: readonly string[],
  where: readonly Condition[],
  page: PageRequest,
): Promise<Map<string, R[]>> {
  const all = [...where, ...keyset(list, page)];
  const raws: Record<string, unknown>[] = await em.execute(
    `select page.* from (select distinct unnest(array[?]::uuid[]) as parent) p cross join lateral (
       select t.* from ${list.source.sql} where t.${parentColumn} = p.parent and ${conjunction(all)}
       ${orderBy(list, page)} limit ?) page`,
    [[...parents], ...list.source.parameters, ...all.flatMap(({ parameters }) => parameters), page.limit],
  );
  const rows = new Map<string, R[]>();
  for (const raw of raws) {
    const parent = String(raw[parentColumn]);
    rows.set(parent, [...(rows.get(parent) ?? []), list.toRow(em, raw)]);
  }
  return rows;
}

export async function countRowsOf<R>(
  em: EntityManager,
  { source }: List<R>,
  parentColumn: string,
  parents: readonly string[],
  where: readonly Condition[],
): Promise<Map<string, number>> {
  const rows = await em.execute<{ parent: string; count: string }[]>(
    `select t.${parentColumn} as parent, count(*) as count from ${source.sql}
     where t.${parentColumn} in (?) and ${conjunction(where)} group by 1`,
    [...source.parameters, [...parents], ...where.flatMap(({ parameters }) => parameters)],
  );
  return new Map(rows.map(({ parent, count }) => [parent, Number(count)]));
}

export function conjunction(where: readonly Condition[]): string {
  return ['true', ...where.map(({ sql }) => `(${sql})`)].join(' and ');
}

function ascends<R>({ descending }: List<R>, { direction }: PageRequest): boolean {
  return descending === (direction === 'backward');
}

function orderBy<R>(list: List<R>, page: PageRequest): string {
  const direction = ascends(list, page) ? 'asc' : 'desc';
  return `order by ${list.order.map(({ column }) => `t.${column} ${direction}`).join(', ')}`;
}

function keyset<R>(list: List<R>, page: PageRequest): Condition[] {
  if (page.position === null) return [];
  const columns = list.order.map(({ column }) => `t.${column}`).join(', ');
  const marks = list.order.map(({ kind }) => `?::${sqlTypes[kind]}`).join(', ');
  return [condition(`(${columns}) ${ascends(list, page) ? '>' : '<'} (${marks})`, ...page.position)];
}

const sqlTypes = { text: 'text', uuid: 'uuid', time: 'timestamptz', number: 'double precision' } as const;
