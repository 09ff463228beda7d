import { type PageArguments, type PageRequest, parsePage } from '#shared/pages/connection.ts';
import { type CursorPart, type CursorValue, cursorParts, exactly } from '#shared/pages/cursor.ts';
import type { ShipmentRow } from '../entities.ts';
import type { Sql } from './visibility.ts';

interface Order {
  /** What an index of the same expression serves. */
  readonly expression: string;
  readonly direction: 'asc' | 'desc';
  readonly type: 'timestamptz' | 'bigint';
  readonly part: CursorPart<string | number>;
  readonly valueOf: (row: ShipmentRow) => CursorValue;
}

const orders = {
  CREATED_NEWEST: byTime('s.created_at', 'desc', (row) => row.createdAt),
  CREATED_OLDEST: byTime('s.created_at', 'asc', (row) => row.createdAt),
  STATUS_CHANGED_NEWEST: byTime('s.status_changed_at', 'desc', (row) => row.statusChangedAt),
  PICKUP_SOONEST: byTime("coalesce(s.pickup_from, 'infinity'::timestamptz)", 'asc', (row) => row.pickupFrom),
  DELIVERY_SOONEST: byTime("coalesce(s.deliver_by, 'infinity'::timestamptz)", 'asc', (row) => row.deliverBy),
  DELIVERED_NEWEST: byTime("coalesce(s.delivered_at, '-infinity'::timestamptz)", 'desc', (row) => row.deliveredAt),
  VALUE_HIGHEST: {
    expression: 'coalesce(s.value_cents, -1)',
    direction: 'desc',
    type: 'bigint',
    part: cursorParts.integer,
    valueOf: (row) => row.valueCents ?? -1,
  },
} as const satisfies Record<string, Order>;
export type ShipmentOrder = keyof typeof orders;

/** Checks the arguments of a page: a cursor holds the order it belongs to, the sort value and the id. */
export function pageIn(order: ShipmentOrder, page: PageArguments): OrderedPage {
  return parsePage(page, [exactly(order), orders[order].part, cursorParts.uuid]);
}
export type OrderedPage = PageRequest<readonly [order: ShipmentOrder, value: string | number, id: string]>;

function byTime(
  expression: string,
  direction: 'asc' | 'desc',
  timeOf: (row: ShipmentRow) => Date | null | undefined,
): Order {
  const none = direction === 'asc' ? 'infinity' : '-infinity';
  return {
    expression,
    direction,
    type: 'timestamptz',
    part: (value) => (value === none ? none : cursorParts.time(value)?.toISOString()),
    valueOf: (row) => timeOf(row)?.toISOString() ?? none,
  };
}

export function cursorOf(order: ShipmentOrder, row: ShipmentRow): CursorValue[] {
  return [order, orders[order].valueOf(row), row.id];
}

/** `order by` of a page in its reading direction. */
export function orderBy(order: ShipmentOrder, { direction }: PageRequest): string {
  const { expression, direction: natural } = orders[order];
  const way = direction === 'forward' ? natural : natural === 'asc' ? 'desc' : 'asc';
  return `${expression} ${way}, s.id ${way}`;
}

/** What lies beyond a page's cursor. */
export function beyond(order: ShipmentOrder, { position, direction }: OrderedPage): Sql | null {
  if (position === null) return null;
  const { expression, direction: natural, type } = orders[order];
  const [, value, id] = position;
  const operator = (natural === 'asc') === (direction === 'forward') ? '>' : '<';
  return { text: `(${expression}, s.id) ${operator} (?::${type}, ?::uuid)`, parameters: [value, id] };
}
