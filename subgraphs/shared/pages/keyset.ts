import type { PageRequest } from './connection.ts';

type Direction = 'asc' | 'desc';

/** A page of rows in the order of one column and then of the id, both in the same direction. */
export interface Keyset {
  /** The direction in which the rows are read. A backward page is read from its end. */
  readonly reading: Direction;
  readonly orderBy: Record<string, Direction>[];
  /** Condition for the rows beyond the cursor; {} on the first page. */
  readonly beyond: object;
}

/** Keyset pagination for MikroORM. `natural` is the direction of the list, by `column` and then by id. */
export function keysetOf(
  { direction, position }: PageRequest<readonly [value: string | Date, id: string]>,
  column: string,
  natural: Direction,
): Keyset {
  const reading: Direction = (direction === 'forward') === (natural === 'asc') ? 'asc' : 'desc';
  const orderBy: Keyset['orderBy'] = [{ [column]: reading }, { id: reading }];
  if (!position) return { reading, orderBy, beyond: {} };
  const [value, id] = position;
  const side = reading === 'asc' ? '$gt' : '$lt';
  return {
    reading,
    orderBy,
    beyond: { $or: [{ [column]: { [side]: value } }, { [column]: value, id: { [side]: id } }] },
  };
}
