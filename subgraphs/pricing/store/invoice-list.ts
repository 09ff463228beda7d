import type { EntityManager } from '#shared/database/database.ts';
import { type List, pageOf, readPage } from '#shared/database/list.ts';
import { anyOf, never, type Sql, sql } from '#shared/database/sql.ts';
import type { Reach } from '#shared/identity/reach.ts';
import { isUuid } from '#shared/ids.ts';
import type { Connection, PageArguments } from '#shared/pages/connection.ts';
import type { InvoiceStatus } from '../domain/billing.ts';
import type { Invoice } from '../entities.ts';
import { invoiceRows } from './rows.ts';
import { visibleBilling } from './visibility.ts';

export interface InvoiceFilter {
  readonly statuses?: readonly InvoiceStatus[] | null;
  readonly issuedFrom?: Date | null;
  readonly issuedBefore?: Date | null;
}

const invoices: List<Invoice> = {
  rows: invoiceRows,
  from: sql`invoice t`,
  order: [
    { expression: 't.issued_at', kind: 'time', read: ({ issuedAt }) => issuedAt.toISOString() },
    { expression: 't.id', kind: 'uuid', read: ({ id }) => id },
  ],
  descending: true,
};

/** Invoices by time of issue, newest first. */
export function listInvoices(
  em: EntityManager,
  reach: Reach,
  page: PageArguments,
  filter: InvoiceFilter | null | undefined,
  now: Date,
  organizationId?: string,
): Promise<Connection<Invoice>> {
  const where = [visibleBilling(reach), ...conditionsOf(filter ?? {}, now)];
  if (organizationId !== undefined) {
    where.push(isUuid(organizationId) ? sql`t.organization_id = ${organizationId}` : never);
  }
  return readPage(em, invoices, where, pageOf(invoices, page));
}

function conditionsOf({ statuses, issuedFrom, issuedBefore }: InvoiceFilter, now: Date): Sql[] {
  const conditions: Sql[] = [];
  if (statuses) conditions.push(anyOf(statuses.map((status) => statusConditions[status](now))));
  if (issuedFrom) conditions.push(sql`t.issued_at >= ${issuedFrom}`);
  if (issuedBefore) conditions.push(sql`t.issued_at < ${issuedBefore}`);
  return conditions;
}

/** `invoiceStatus` of the domain, as SQL conditions. */
const statusConditions: Record<InvoiceStatus, (now: Date) => Sql> = {
  PAID: () => sql`t.paid_cents >= t.amount_cents`,
  OVERDUE: (now) => sql`t.paid_cents < t.amount_cents and t.due_at < ${now}`,
  PARTIALLY_PAID: (now) => sql`t.paid_cents > 0 and t.paid_cents < t.amount_cents and t.due_at >= ${now}`,
  OPEN: (now) => sql`t.paid_cents = 0 and t.due_at >= ${now}`,
};
