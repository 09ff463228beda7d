import type { EntityManager } from '#shared/database/database.ts';

export interface BillingSums {
  readonly organizationId: string;
  readonly outstandingCents: number;
  readonly overdueCents: number;
  readonly creditCents: number;
  readonly openInvoices: number;
  readonly paidYearToDateCents: number;
}

/** What these organizations owe and have paid, in one statement. */
export async function billingSums(
  em: EntityManager,
  organizationIds: readonly string[],
  now: Date,
): Promise<BillingSums[]> {
  const yearStart = new Date(Date.UTC(now.getUTCFullYear(), 0, 1));
  const rows = await em.execute<
    Record<'organization_id' | 'outstanding' | 'overdue' | 'credit' | 'open' | 'paid', string>[]
  >(
    `select ids.organization_id,
            coalesce(owed.outstanding, 0) as outstanding, coalesce(owed.overdue, 0) as overdue,
            coalesce(owed.credit, 0) as credit, coalesce(owed.open, 0) as open, coalesce(received.paid, 0) as paid
       from unnest(?::uuid[]) as ids (organization_id)
       left join lateral (
         select sum(greatest(amount_cents - paid_cents, 0)) as outstanding,
                sum(greatest(amount_cents - paid_cents, 0)) filter (where due_at < ?::timestamptz) as overdue,
                sum(greatest(paid_cents - amount_cents, 0)) as credit,
                count(*) filter (where paid_cents < amount_cents) as open
           from invoice where invoice.organization_id = ids.organization_id
       ) owed on true
       left join lateral (
         select sum(amount_cents) as paid from payment
          where payment.organization_id = ids.organization_id and paid_at >= ?::timestamptz
       ) received on true`,
    [arrayLiteral(organizationIds), now, yearStart],
  );
  return rows.map((row) => ({
    organizationId: row.organization_id,
    outstandingCents: Number(row.outstanding),
    overdueCents: Number(row.overdue),
    creditCents: Number(row.credit),
    openInvoices: Number(row.open),
    paidYearToDateCents: Number(row.paid),
  }));
}

/** PostgreSQL's text form of an array of ids; the ORM would expand a list into separate parameters. */
function arrayLiteral(ids: readonly string[]): string {
  return `{${ids.join(',')}}`;
}
