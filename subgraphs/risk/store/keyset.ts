import { type PageArguments, type PageRequest, parsePage } from '#shared/connection.ts';
import { GraphError } from '#shared/errors.ts';
import { isUuid } from '#shared/ids.ts';

export type Order = 'asc' | 'desc';

/** A page in an order of (time, id). */
export interface TimePage extends PageRequest {
  readonly position: readonly [at: string, id: string] | null;
  /** Order in which the rows are read: backward pages from their end. */
  readonly order: Order;
}

/** Checks the arguments of a list in an order of (time, id): a cursor is text of the client's like any other. */
export function parseTimePage(args: PageArguments, order: Order): TimePage {
  const request = parsePage(args, 2);
  const reading: Order = (request.direction === 'forward') === (order === 'asc') ? 'asc' : 'desc';
  if (request.position === null) return { ...request, position: null, order: reading };
  const [at, id] = request.position;
  if (typeof at !== 'string' || typeof id !== 'string' || !isUuid(id) || Number.isNaN(Date.parse(at))) {
    throw new GraphError('BAD_USER_INPUT', 'A cursor of this list is required; got another text.');
  }
  return { ...request, position: [new Date(at).toISOString(), id], order: reading };
}

/** The condition that continues after a page's position, for columns of these names; {} on the first page. */
export function afterPosition<T extends string>({ position, order }: TimePage, time: T): object {
  if (!position) return {};
  const at = new Date(position[0]);
  const compare = order === 'asc' ? '$gt' : '$lt';
  return { $or: [{ [time]: { [compare]: at } }, { [time]: at, id: { [compare]: position[1] } }] };
}
