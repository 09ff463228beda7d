import { Migration } from '@mikro-orm/migrations';

/** Lists by region, and by a lane between two regions, newest first. Drops an index whose column begins another index. */
export class IndexRegions extends Migration {
  up(): void {
    this.addSql(`
      create index shipment_region_lane on shipment (origin_region_key, destination_region_key, created_at desc, id desc);
      create index shipment_destination_region on shipment (destination_region_key, created_at desc, id desc);
      drop index shipment_vehicle;
    `);
  }
}
