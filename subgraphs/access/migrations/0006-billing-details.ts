import { Migration } from '@mikro-orm/migrations';

/** Organizations get what invoices to them need. Those of earlier releases have no address and no VAT id, and pay within 30 days. */
export class AddBillingDetails extends Migration {
  up(): void {
    this.addSql(`
      alter table organization
        add column billing_address jsonb,
        add column vat_id text,
        add column payment_terms_days int not null default 30 check (payment_terms_days between 0 and 120);
    `);
  }
}
