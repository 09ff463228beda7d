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

/** The sums that these organizations owe and have paid, in one statement. */
export async function billingSums(
  em: EntityManager,
  organizationIds: readonly string[],
  now: Date,
): Promise<BillingSums[]> {
  const yearStart = new Date(Date.UTC(now.getUTCFullYear(), 0, 1));
  return query<BillingSums>(
    em,
    sql`select ids.organization_id as "organizationId",
            coalesce(owed.outstanding, 0)::float8 as "outstandingCents", coalesce(owed.overdue, 0)::float8 as "overdueCents",
            coalesce(owed.credit, 0)::float8 as "creditCents", coalesce(owed.open, 0)::int as "openInvoices",
            coalesce(received.paid, 0)::float8 as "paidYearToDateCents"
       from unnest(${uuids(organizationIds)}) as ids (organization_id)
       left join lateral (
         select sum(greatest(amount_cents - paid_cents, 0)) as outstanding,
                sum(greatest(amount_cents - paid_cents, 0)) filter (where due_at < ${now}) as overdue,
                sum(greatest(paid_cents - amount_cents, 0)) as credit,
                count(*) filter (where paid_cents < amount_cents) as open
           from invoice where invoice.organization_id = ids.organization_id
       ) owed on true
       left join lateral (
         select sum(amount_cents) as paid from payment
          where payment.organization_id = ids.organization_id and paid_at >= ${yearStart}
       ) received on true`,
  );
}
