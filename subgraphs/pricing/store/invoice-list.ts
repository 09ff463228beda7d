import type { EntityManager } from '#shared/database/database.ts';
import { keyStartsWith } from '#shared/database/key-contains.ts';
import { type List, onlyColumns, pageOf, readPage, type SortKey } from '#shared/database/list.ts';
import type { Columns } from '#shared/database/rows.ts';
import { anyOf, hasId, raw, type Sql, sql, within } from '#shared/database/sql.ts';
import type { Reach } from '#shared/identity/reach.ts';
import { parseSearch } from '#shared/input/text.ts';
import { referenceKey } from '#shared/input/text-key.ts';
import { parseTimeRange } from '#shared/input/time-range.ts';
import type { Connection, PageArguments } from '#shared/pages/connection.ts';
import { type InvoiceStatus, padSerial, toInvoiceNumber } from '../domain/billing.ts';
import type { InvoiceFilter } from '../domain/invoice-filter.ts';
import type { Invoice } from '../entities.ts';
import { invoiceRows } from './rows.ts';
import { keptTotal } from './totals.ts';
import { visibleBilling } from './visibility.ts';

const byId: SortKey<Invoice> = { expression: 't.id', kind: 'uuid', property: 'id' };
const byIssue: SortKey<Invoice> = {
  expression: 't.issued_at',
  kind: 'time',
  property: 'issuedAt',
};
const byDueDate: SortKey<Invoice> = { expression: 't.due_at', kind: 'time', property: 'dueAt' };

const orders = {
  ISSUED_NEWEST: { descending: true, key: byIssue },
  DUE_SOONEST: { descending: false, key: byDueDate },
} as const;
export type InvoiceOrder = keyof typeof orders;

/** Invoices in one of their orders, with these columns. */
export function invoicesIn(order: InvoiceOrder, columns: Columns): List<Pick<Invoice, 'id'>> {
  const { descending, key } = orders[order];
  const list = { rows: invoiceRows, from: sql`invoice t`, order: [key, byId], descending, orderName: order };
  return onlyColumns(list, columns, ['id']);
}

export interface InvoicesArguments extends PageArguments {
  readonly filter?: InvoiceFilter | null;
  readonly orderBy: InvoiceOrder;
}

/** A page of all invoices within the reach. */
export function listInvoices(
  em: EntityManager,
  reach: Reach,
  { filter, orderBy, ...page }: InvoicesArguments,
  now: Date,
  columns: Columns,
): Promise<Connection<Pick<Invoice, 'id'>>> {
  const list = invoicesIn(orderBy, columns);
  const where = [visibleBilling(reach), ...conditionsOf(filter ?? {}, now)];
  return readPage(em, list, where, pageOf(list, page), keptTotal(em, reach, filter ?? {}));
}

export function conditionsOf(filter: InvoiceFilter, now: Date): Sql[] {
  const { statuses, number, organizationId, issued, due, issuedFrom, issuedBefore } = filter;
  const conditions: Sql[] = [];
  if (statuses) conditions.push(anyOf(statuses.map((status) => statusConditions[status](now))));
  if (number != null) conditions.push(isNumbered(parseSearch(number, 'filter.number', 64)));
  if (organizationId != null) conditions.push(hasId('t.organization_id', organizationId));
  conditions.push(...within('t.issued_at', parseTimeRange('filter.issued', issued)));
  conditions.push(...within('t.due_at', parseTimeRange('filter.due', due)));
  conditions.push(...within('t.issued_at', { from: issuedFrom, until: issuedBefore }));
  return conditions;
}

const serial = 'substr(t.number, 10) collate "C"';

/** The number, or the beginning of it or of its serial number, as people type it. */
function isNumbered(typed: string): Sql {
  const key = referenceKey(typed);
  const number = toInvoiceNumber(key);
  const start = /^(?:inv)?(\d{0,4})$/.exec(key)?.[1];
  return anyOf([
    ...(number === null ? [] : [sql`t.number = ${number}`]),
    ...(start === undefined ? [] : [keyStartsWith('t.number collate "C"', `INV-${start}`)]),
    ...(/^\d+$/.test(key) ? [keyStartsWith(serial, key), sql`${raw(serial)} = ${padSerial(key)}`] : []),
  ]);
}

/** `invoiceStatus` of the domain, as SQL conditions. */
const statusConditions: Record<InvoiceStatus, (now: Date) => Sql> = {
  PAID: () => sql`t.paid_cents >= t.amount_cents`,
  OVERDUE: (now) => sql`t.paid_cents < t.amount_cents and t.due_at < ${now}`,
  PARTIALLY_PAID: (now) => sql`t.paid_cents > 0 and t.paid_cents < t.amount_cents and t.due_at >= ${now}`,
  OPEN: (now) => sql`t.paid_cents = 0 and t.paid_cents < t.amount_cents and t.due_at >= ${now}`,
};
