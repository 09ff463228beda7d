import { Migration } from '@mikro-orm/migrations';

/** Shipments of erased persons whose contacts are still to be erased: of a shipment under way when it has ended. */
export class AddContactErasures extends Migration {
  up(): void {
    this.addSql(`
      create table contact_erasure (shipment_id uuid primary key references shipment on delete cascade);
      create index shipment_creator on shipment (created_by_account_id);
    `);
  }
}
