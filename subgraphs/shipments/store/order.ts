import type { CursorValue, PageRequest } from '#shared/connection.ts';
import { GraphError } from '#shared/errors.ts';
import { isUuid } from '#shared/ids.ts';
import type { ShipmentRow } from '../entities.ts';
import type { Sql } from './visibility.ts';

interface Order {
  /** What an index of the same expression serves. */
  readonly expression: string;
  readonly direction: 'asc' | 'desc';
  readonly type: 'timestamptz' | 'bigint';
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
    valueOf: (row) => row.valueCents ?? -1,
  },
} as const satisfies Record<string, Order>;
export type ShipmentOrder = keyof typeof orders;

/** Values in a cursor: the order it belongs to, the sort value, the id. */
export const cursorArity = 3;

function byTime(
  expression: string,
  direction: 'asc' | 'desc',
  timeOf: (row: ShipmentRow) => Date | null | undefined,
): Order {
  const none = direction === 'asc' ? 'infinity' : '-infinity';
  return { expression, direction, type: 'timestamptz', valueOf: (row) => timeOf(row)?.toISOString() ?? none };
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

/** What lies beyond a page's cursor; BAD_USER_INPUT for a cursor of another list. */
export function beyond(order: ShipmentOrder, { position, direction }: PageRequest): Sql | null {
  if (position === null) return null;
  const { expression, direction: natural, type } = orders[order];
  const [name, value, id] = position;
  if (name !== order || !fits(value, type) || typeof id !== 'string' || !isUuid(id)) {
    throw new GraphError('BAD_USER_INPUT', `A cursor of the order ${order} is required; got another one.`);
  }
  const operator = (natural === 'asc') === (direction === 'forward') ? '>' : '<';
  return { text: `(${expression}, s.id) ${operator} (?::${type}, ?::uuid)`, parameters: [value, id] };
}

function fits(value: CursorValue | undefined, type: Order['type']): boolean {
  if (type === 'bigint') return Number.isSafeInteger(value);
  return (
    typeof value === 'string' && /^(-?infinity|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)$/.test(value) && isTime(value)
  );
}

function isTime(value: string): boolean {
  return value.endsWith('infinity') || !Number.isNaN(Date.parse(value));
}
