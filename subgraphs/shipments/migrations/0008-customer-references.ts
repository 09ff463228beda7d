import { Migration } from '@mikro-orm/migrations';

/** Shipments have a reference of the customer, and stops the phone number of their contact. Those of earlier releases have none. */
export class AddCustomerReferences extends Migration {
  up(): void {
    this.addSql(`
      alter table shipment add column customer_reference text, add column customer_reference_key text collate "C";
      alter table stop add column contact_phone text;
      create index shipment_customer_reference on shipment (customer_reference_key);
      create index shipment_customer_reference_part on shipment using gin (customer_reference_key public.gin_trgm_ops)
        with (gin_pending_list_limit = 128) where customer_reference_key is not null;
    `);
  }
}
