import { Migration } from '@mikro-orm/migrations';

/** Invoices name the quote that they bill, and payments the account that recorded them. Lists can be sorted by due date. */
export class AddBillingDetails extends Migration {
  up(): void {
    this.addSql(`
      alter table invoice add column quote_id uuid;
      update invoice set quote_id = quote.id from quote
        where quote.shipment_id = invoice.shipment_id and quote.accepted_at is not null and quote.withdrawn_at is null;
      alter table payment add column recorded_by uuid;
      create index invoice_due on invoice (due_at, id);
    `);
  }
}
