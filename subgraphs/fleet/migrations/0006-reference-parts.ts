import { Migration } from '@mikro-orm/migrations';

/** Plates and licence numbers are found by a part of them. */
export class IndexReferenceParts extends Migration {
  up(): void {
    this.addSql(`
      create index vehicle_plate_part on vehicle using gin (plate_key public.gin_trgm_ops) with (gin_pending_list_limit = 128);
      create index driver_license_part on driver using gin (license_key public.gin_trgm_ops) with (gin_pending_list_limit = 128);
    `);
  }
}
