import { GraphError } from '../errors/errors.ts';
import { type CursorPart, type CursorValue, type CursorValues, decodeCursor, encodeCursor } from './cursor.ts';

/** Arguments of Relay pagination. A cursor contains the sort values of its row (keyset), so writes do not shift pages. */
export interface PageArguments {
  readonly first?: number | null;
  readonly after?: string | null;
  readonly last?: number | null;
  readonly before?: string | null;
}

/**
 * What a store needs to read one page. `limit` is one more than the page size, to see whether there is a next page. `V` are
 * the sort values of the order of the list.
 */
export interface PageRequest<V extends readonly unknown[] = readonly unknown[]> {
  readonly direction: 'forward' | 'backward';
  readonly size: number;
  readonly limit: number;
  /** Sort values of the row after which (forward) or before which (backward) the page begins. */
  readonly position: V | null;
}

const pageSizeDefault = 20;
const maxPageSize = 100;

/** Checks an argument for the number of elements of a list. @throws GraphError BAD_USER_INPUT */
export function checkCount(name: string, count: number, most: number): void {
  if (count >= 1 && count <= most) return;
  throw new GraphError('BAD_USER_INPUT', `"${name}" must be from 1 to ${most}; got ${count}.`);
}

export interface Connection<N> {
  /** Made only if the query selects them, as cursors are. */
  readonly edges: () => readonly { readonly cursor: string; readonly node: N }[];
  readonly nodes: readonly N[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: () => string | null;
    readonly endCursor: () => string | null;
  };
  /** Counts only if the query selects it. */
  readonly totalCount: () => Promise<number>;
}

/** Parses the arguments of a connection. `parts` read the sort values in a cursor of its order. @throws GraphError BAD_USER_INPUT */
export function parsePage<const P extends readonly CursorPart<unknown>[]>(
  { first, after, last, before }: PageArguments,
  parts: P,
): PageRequest<CursorValues<P>> {
  if (first != null && last != null) throw new GraphError('BAD_USER_INPUT', 'Give either "first" or "last", not both.');
  if (after != null && before != null)
    throw new GraphError('BAD_USER_INPUT', 'Give either "after" or "before", not both.');
  const backward = last != null || before != null;
  const size = (backward ? last : first) ?? pageSizeDefault;
  if (size < 1 || size > maxPageSize) {
    throw new GraphError(
      'BAD_USER_INPUT',
      `"${backward ? 'last' : 'first'}" must be from 1 to ${maxPageSize}; got ${size}.`,
    );
  }
  const cursor = backward ? before : after;
  const position = cursor == null ? null : decodeCursor(cursor, parts);
  if (position === undefined) {
    const name = backward ? 'before' : 'after';
    throw new GraphError('BAD_USER_INPUT', `Invalid cursor. Start again without "${name}".`);
  }
  return {
    direction: backward ? 'backward' : 'forward',
    size,
    limit: size + 1,
    position,
  };
}

/**
 * Converts the rows of a page to a connection.
 * @param rows in reading direction (reversed for a backward page), one more than the page size if there is a next page
 */
export function toConnection<R, N>(
  page: PageRequest,
  rows: readonly R[],
  view: { cursor: (row: R) => readonly CursorValue[]; node: (row: R) => N; count: () => Promise<number> },
): Connection<N> {
  const more = rows.length > page.size;
  const taken = rows.slice(0, page.size);
  if (page.direction === 'backward') taken.reverse();
  const cursorOf = (row: R): string => encodeCursor(view.cursor(row));
  const cursorAt = (index: number) => () => {
    const row = taken.at(index);
    return row === undefined ? null : cursorOf(row);
  };
  const forward = page.direction === 'forward';
  return {
    edges: () => taken.map((row) => ({ cursor: cursorOf(row), node: view.node(row) })),
    nodes: taken.map(view.node),
    pageInfo: {
      hasNextPage: forward ? more : page.position !== null,
      hasPreviousPage: forward ? page.position !== null : more,
      startCursor: cursorAt(0),
      endCursor: cursorAt(-1),
    },
    totalCount: view.count,
  };
}

/** The connection with other nodes. */
export function mapNodes<R, N>(connection: Connection<R>, toNode: (row: R) => N): Connection<N> {
  const { edges, nodes } = connection;
  return {
    ...connection,
    edges: () => edges().map(({ cursor, node }) => ({ cursor, node: toNode(node) })),
    nodes: nodes.map(toNode),
  };
}
