import { Migration } from '@mikro-orm/migrations';

/** The order by value compares amounts within a currency only. */
export class IndexValuesByCurrency extends Migration {
  up(): void {
    this.addSql(`drop index shipment_value;
      create index shipment_value on shipment (coalesce(currency, '') desc, coalesce(value_cents, -1) desc, id desc)`);
  }
}
