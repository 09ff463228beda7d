import { Migration } from '@mikro-orm/migrations';
import { keepSums } from '#shared/database/kept-sums.ts';

/** Balances of organizations and numbers of invoices are kept. Only invoices that are not yet due are read for them. */
export class KeepBalances extends Migration {
  up(): void {
    const sums = {
      invoices: '1',
      open_invoices: '(paid_cents < amount_cents)::int',
      outstanding_cents: 'greatest(amount_cents - paid_cents, 0)',
      credit_cents: 'greatest(paid_cents - amount_cents, 0)',
    };
    this.addSql(keepSums({ of: 'invoice', in: 'invoice_sum', sums, updates: true }));
    this.addSql(`
      drop index invoice_open;
      create index invoice_open on invoice (organization_id, due_at) include (amount_cents, paid_cents) where paid_cents < amount_cents;
      create index invoice_unpaid on invoice (issued_at desc, id desc) include (amount_cents, paid_cents, due_at)
        where paid_cents < amount_cents;
      drop index payment_organization_paid;
      create index payment_organization_paid on payment (organization_id, paid_at) include (amount_cents);
    `);
  }
}
