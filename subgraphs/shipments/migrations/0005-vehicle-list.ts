import { Migration } from '@mikro-orm/migrations';

/** Lists of what a vehicle carries and carried. */
export class IndexVehicles extends Migration {
  up(): void {
    this.addSql(`create index shipment_vehicle_created on shipment (vehicle_id, created_at desc, id desc)
      where vehicle_id is not null`);
  }
}
