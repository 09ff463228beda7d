import { Migration } from '@mikro-orm/migrations';

/** Indexes for who drives a vehicle and what it carries now. */
export class IndexCurrentWork extends Migration {
  up(): void {
    this.addSql(`
      create index shift_open_of_vehicle on shift (vehicle_id) where ended_at is null;
      create index assignment_active_of_vehicle on assignment (vehicle_id) where state = 'ACTIVE';
    `);
  }
}
