import { type PageArguments, type PageRequest, parsePage } from '#shared/connection.ts';
import { GraphError } from '#shared/errors.ts';
import { isUuid } from '#shared/ids.ts';

/** A page in an order of (text, id), with its position checked: a cursor is text of the client's like any other. */
export interface KeysetPage extends PageRequest {
  readonly position: readonly [text: string, id: string] | null;
}

export function parseKeyset(page: PageArguments): KeysetPage {
  const request = parsePage(page, 2);
  if (request.position === null) return { ...request, position: null };
  const [text, id] = request.position;
  if (typeof text !== 'string' || typeof id !== 'string' || !isUuid(id) || text.includes('\0')) {
    throw new GraphError('BAD_USER_INPUT', 'A cursor of this list is required; got another text.');
  }
  return { ...request, position: [text, id] };
}

/** The same for an order of (time, id), with the time as ISO 8601 text. */
export function parseTimeKeyset(page: PageArguments): KeysetPage {
  const request = parseKeyset(page);
  if (request.position && Number.isNaN(Date.parse(request.position[0]))) {
    throw new GraphError('BAD_USER_INPUT', 'A cursor of this list is required; got another text.');
  }
  return request;
}

export type Order = 'asc' | 'desc';

/** The order in which a page's rows are read: backward pages from their end. */
export function readingOrder(page: PageRequest, order: Order): Order {
  return (page.direction === 'forward') === (order === 'asc') ? 'asc' : 'desc';
}

/** A search text for ILIKE, anywhere in the column, its own wildcards taken literally. */
export function containing(search: string): string {
  if (search.length < 1 || search.length > 100 || search.includes('\0')) {
    throw new GraphError('BAD_USER_INPUT', `"search" must have 1 to 100 characters and no NUL; got ${search.length}.`);
  }
  return `%${search.replaceAll(/[\\%_]/g, '\\$&')}%`;
}
