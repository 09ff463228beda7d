import { Migration } from '@mikro-orm/migrations';

/**
 * Shipments and quotes store the version of the shipment that they were made from. A quote whose load changes is withdrawn,
 * also after its acceptance, so that no shipment is billed at the price of another load.
 */
export class AddShipmentVersion extends Migration {
  up(): void {
    this.addSql(`
      alter table priced_shipment add column version integer not null default 0;
      alter table quote add column shipment_version integer not null default 0;
      alter table quote drop constraint quote_check1;
      drop index quote_accepted;
      create unique index quote_accepted on quote (shipment_id) where accepted_at is not null and withdrawn_at is null;
    `);
  }
}
