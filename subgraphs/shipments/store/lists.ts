import { type List, onlyColumns, type SortKey } from '#shared/database/list.ts';
import type { Columns } from '#shared/database/rows.ts';
import { sql } from '#shared/database/sql.ts';
import type { ShipmentRow } from '../entities.ts';
import { shipmentRows } from './rows.ts';

const byId: SortKey<ShipmentRow> = { expression: 't.id', kind: 'uuid', property: 'id' };

/** Sorts by a time; shipments without it come last. The expressions are those of the indexes. */
const earliest = (column: string, property: SortKey<ShipmentRow>['property']): SortKey<ShipmentRow> => ({
  expression: `coalesce(t.${column}, 'infinity'::timestamptz)`,
  kind: 'openTime',
  property,
  absent: 'infinity',
});
const latest = (column: string, property: SortKey<ShipmentRow>['property']): SortKey<ShipmentRow> => ({
  expression: `coalesce(t.${column}, '-infinity'::timestamptz)`,
  kind: 'openTime',
  property,
  absent: '-infinity',
});
const byCreation: SortKey<ShipmentRow> = {
  expression: 't.created_at',
  kind: 'time',
  property: 'createdAt',
};
/** Amounts are compared only within a currency. */
const byCurrency: SortKey<ShipmentRow> = {
  expression: "coalesce(t.currency, '')",
  kind: 'text',
  property: 'currency',
  absent: '',
};
const byValue: SortKey<ShipmentRow> = {
  expression: 'coalesce(t.value_cents, -1)',
  kind: 'integer',
  property: 'valueCents',
  absent: -1,
};
const byStatusChange: SortKey<ShipmentRow> = {
  expression: 't.status_changed_at',
  kind: 'time',
  property: 'statusChangedAt',
};

const byUpdate: SortKey<ShipmentRow> = {
  expression: 't.updated_at',
  kind: 'time',
  property: 'updatedAt',
};

const orders = {
  CREATED_NEWEST: { descending: true, keys: [byCreation] },
  CREATED_OLDEST: { descending: false, keys: [byCreation] },
  STATUS_CHANGED_NEWEST: { descending: true, keys: [byStatusChange] },
  UPDATED_NEWEST: { descending: true, keys: [byUpdate] },
  UPDATED_OLDEST: { descending: false, keys: [byUpdate] },
  PICKUP_SOONEST: { descending: false, keys: [earliest('pickup_from', 'pickupFrom')] },
  DELIVERY_SOONEST: { descending: false, keys: [earliest('deliver_by', 'deliverBy')] },
  DELIVERED_NEWEST: { descending: true, keys: [latest('delivered_at', 'deliveredAt')] },
  VALUE_HIGHEST: { descending: true, keys: [byCurrency, byValue] },
} as const;
export type ShipmentOrder = keyof typeof orders;

/** Shipments in one of their orders, with these columns. */
export function shipmentsIn(order: ShipmentOrder, columns: Columns): List<Pick<ShipmentRow, 'id'>> {
  const { descending, keys } = orders[order];
  const list = { rows: shipmentRows, from: sql`shipment t`, order: [...keys, byId], descending, orderName: order };
  return onlyColumns(list, columns, ['id']);
}
