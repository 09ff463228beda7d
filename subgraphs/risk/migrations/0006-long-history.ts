import { Migration } from '@mikro-orm/migrations';

/** The history of an organization, and that of an organization on a lane, are read from an index of their own. */
export class IndexLongHistory extends Migration {
  up(): void {
    this.addSql(`
      drop index booking_organization;
      create index booking_organization on booking (organization_id, booked_at) include (shipment_id);
      create index booking_organization_lane on booking (organization_id, lane_key, booked_at) include (shipment_id);
    `);
  }
}
