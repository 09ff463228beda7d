import { Migration } from '@mikro-orm/migrations';
import { keepSums } from '#shared/database/kept-sums.ts';

/** Lists of any length of history read only the rows of a page: an index for each order, and kept numbers of shipments. */
export class IndexLongHistory extends Migration {
  up(): void {
    this.addSql(`
      create index shipment_pickup on shipment (coalesce(pickup_from, 'infinity'::timestamptz), id);
      create index shipment_delivery on shipment (coalesce(deliver_by, 'infinity'::timestamptz), id);
      create index shipment_driver_delivered on shipment (driver_id, coalesce(delivered_at, '-infinity'::timestamptz) desc, id desc)
        where driver_id is not null;
      create index shipment_organization_status_changed on shipment (organization_id, status_changed_at desc, id desc);
    `);
    this.addSql(keepSums({ of: 'shipment', in: 'shipment_count', sums: { shipments: '1' }, updates: false }));
  }
}
