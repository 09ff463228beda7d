import type { EntityManager } from '#shared/database/database.ts';
import { query } from '#shared/database/query.ts';
import { sql, uuids } from '#shared/database/sql.ts';

export interface BillingSums {
  readonly organizationId: string;
  readonly outstandingCents: number;
  readonly overdueCents: number;
  readonly creditCents: number;
  readonly openInvoices: number;
  readonly paidYearToDateCents: number;
}

/**
 * The sums that these organizations owe and have paid, in one statement. What they owe is kept; of it, only the invoices that
 * are not yet due are read.
 */
export async function billingSums(
  em: EntityManager,
  organizationIds: readonly string[],
  now: Date,
): Promise<BillingSums[]> {
  const yearStart = new Date(Date.UTC(now.getUTCFullYear(), 0, 1));
  return query<BillingSums>(
    em,
    sql`select ids.organization_id as "organizationId",
            coalesce(kept.outstanding, 0)::float8 as "outstandingCents",
            (coalesce(kept.outstanding, 0) - coalesce(due.later, 0))::float8 as "overdueCents",
            coalesce(kept.credit, 0)::float8 as "creditCents", coalesce(kept.open, 0)::int as "openInvoices",
            coalesce(received.paid, 0)::float8 as "paidYearToDateCents"
       from unnest(${uuids(organizationIds)}) as ids (organization_id)
       left join lateral (
         select sum(outstanding_cents) as outstanding, sum(credit_cents) as credit, sum(open_invoices) as open
           from invoice_sum where invoice_sum.organization_id = ids.organization_id
       ) kept on true
       left join lateral (
         select sum(amount_cents - paid_cents) as later from invoice
          where invoice.organization_id = ids.organization_id and paid_cents < amount_cents and due_at >= ${now}
       ) due on true
       left join lateral (
         select sum(amount_cents) as paid from payment
          where payment.organization_id = ids.organization_id and paid_at >= ${yearStart}
       ) received on true`,
  );
}
