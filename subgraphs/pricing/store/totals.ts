import type { EntityManager } from '#shared/database/database.ts';
import { query } from '#shared/database/query.ts';
import { allOf, hasId, type Sql, sql } from '#shared/database/sql.ts';
import type { Reach } from '#shared/identity/reach.ts';
import type { InvoiceStatus } from '../domain/billing.ts';
import type { InvoiceFilter } from '../domain/invoice-filter.ts';
import { visibleBilling } from './visibility.ts';

/** Reads the kept number of invoices in a list by organization, paid or unpaid. Undefined for other lists. */
export function keptTotal(
  em: EntityManager,
  reach: Reach,
  { organizationId, statuses, ...others }: InvoiceFilter,
): (() => Promise<number>) | undefined {
  const counted = countedBy(statuses ?? null);
  if (!counted || Object.values(others).some((value) => value != null)) return undefined;
  const ofOrganization = organizationId == null ? [] : [hasId('t.organization_id', organizationId)];
  return async () => {
    const [row] = await query<{ count: number }>(
      em,
      sql`select coalesce(sum(${counted}), 0)::int as count from invoice_sum t where ${allOf([visibleBilling(reach), ...ofOrganization])}`,
    );
    return row?.count ?? 0;
  };
}

const unpaid: readonly InvoiceStatus[] = ['OPEN', 'PARTIALLY_PAID', 'OVERDUE'];

/** The kept number of invoices with these statuses. How many are overdue depends on the time and is not kept. */
function countedBy(statuses: readonly InvoiceStatus[] | null): Sql | undefined {
  if (statuses === null) return sql`t.invoices`;
  const wanted = new Set(statuses);
  const unpaidWanted = unpaid.filter((status) => wanted.has(status)).length;
  if (unpaidWanted === unpaid.length) return wanted.has('PAID') ? sql`t.invoices` : sql`t.open_invoices`;
  return unpaidWanted === 0 && wanted.has('PAID') ? sql`t.invoices - t.open_invoices` : undefined;
}
