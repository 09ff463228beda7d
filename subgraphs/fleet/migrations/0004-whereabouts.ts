import { Migration } from '@mikro-orm/migrations';

/** Where vehicles were last, as tracking told, and the end of the pickup window of loads. Both are null before the first event. */
export class AddWhereabouts extends Migration {
  up(): void {
    this.addSql(`
      create table vehicle_place (
        vehicle_id uuid primary key,
        driver_id uuid,
        latitude double precision not null,
        longitude double precision not null,
        seen_at timestamptz not null
      );
      create index vehicle_place_driver on vehicle_place (driver_id, seen_at desc) where driver_id is not null;
      alter table load add column pickup_until timestamptz;
    `);
  }
}
