import type { List, SortKey } from '#shared/database/list.ts';
import { sql } from '#shared/database/sql.ts';
import type { ShipmentRow } from '../entities.ts';
import { shipmentRows } from './rows.ts';

const byId: SortKey<ShipmentRow> = { expression: 't.id', kind: 'uuid', read: ({ id }) => id };

type TimeOf = (row: ShipmentRow) => Date | null | undefined;

/** Sorts by a time; shipments without it come last. The expressions are those of the indexes. */
const earliest = (column: string, timeOf: TimeOf): SortKey<ShipmentRow> => ({
  expression: `coalesce(t.${column}, 'infinity'::timestamptz)`,
  kind: 'openTime',
  read: (row) => timeOf(row)?.toISOString() ?? 'infinity',
});
const latest = (column: string, timeOf: TimeOf): SortKey<ShipmentRow> => ({
  expression: `coalesce(t.${column}, '-infinity'::timestamptz)`,
  kind: 'openTime',
  read: (row) => timeOf(row)?.toISOString() ?? '-infinity',
});
const byCreation: SortKey<ShipmentRow> = {
  expression: 't.created_at',
  kind: 'time',
  read: ({ createdAt }) => createdAt.toISOString(),
};
/** Amounts are compared only within a currency. */
const byCurrency: SortKey<ShipmentRow> = {
  expression: "coalesce(t.currency, '')",
  kind: 'text',
  read: ({ currency }) => currency ?? '',
};
const byValue: SortKey<ShipmentRow> = {
  expression: 'coalesce(t.value_cents, -1)',
  kind: 'integer',
  read: ({ valueCents }) => valueCents ?? -1,
};
const byStatusChange: SortKey<ShipmentRow> = {
  expression: 't.status_changed_at',
  kind: 'time',
  read: ({ statusChangedAt }) => statusChangedAt.toISOString(),
};

const byUpdate: SortKey<ShipmentRow> = {
  expression: 't.updated_at',
  kind: 'time',
  read: ({ updatedAt }) => updatedAt.toISOString(),
};

const orders = {
  CREATED_NEWEST: { descending: true, keys: [byCreation] },
  CREATED_OLDEST: { descending: false, keys: [byCreation] },
  STATUS_CHANGED_NEWEST: { descending: true, keys: [byStatusChange] },
  UPDATED_NEWEST: { descending: true, keys: [byUpdate] },
  UPDATED_OLDEST: { descending: false, keys: [byUpdate] },
  PICKUP_SOONEST: { descending: false, keys: [earliest('pickup_from', (row) => row.pickupFrom)] },
  DELIVERY_SOONEST: { descending: false, keys: [earliest('deliver_by', (row) => row.deliverBy)] },
  DELIVERED_NEWEST: { descending: true, keys: [latest('delivered_at', (row) => row.deliveredAt)] },
  VALUE_HIGHEST: { descending: true, keys: [byCurrency, byValue] },
} as const;
export type ShipmentOrder = keyof typeof orders;

/** Shipments in one of their orders. */
export function shipmentsIn(order: ShipmentOrder): List<ShipmentRow> {
  const { descending, keys } = orders[order];
  return { rows: shipmentRows, from: sql`shipment t`, order: [...keys, byId], descending, orderName: order };
}
