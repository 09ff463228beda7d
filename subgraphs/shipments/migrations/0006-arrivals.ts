import { Migration } from '@mikro-orm/migrations';

/** Estimated arrivals of the shipments on the road, from the tracking subgraph, each with the time of the position from which it was made. */
export class AddArrivals extends Migration {
  up(): void {
    this.addSql(`create table arrival_estimate (
      shipment_id uuid primary key references shipment on delete cascade,
      arrives_at timestamptz(3) not null,
      latest_at timestamptz(3) not null,
      located_at timestamptz(3) not null
    )`);
  }
}
