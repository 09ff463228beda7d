import { Migration } from '@mikro-orm/migrations';

/** Finds ended shipments that have not changed for long and whose contacts are still there. */
export class FindOldContacts extends Migration {
  up(): void {
    this.addSql(`
      alter table shipment add column contacts_erased boolean not null default false;
      create index shipment_with_contacts on shipment (updated_at)
        where status in ('DELIVERED', 'CANCELLED') and not contacts_erased;
    `);
  }
}
