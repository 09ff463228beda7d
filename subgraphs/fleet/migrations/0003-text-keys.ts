import { Migration } from '@mikro-orm/migrations';
import { createUniqueKeys, fillColumns } from '#shared/database/fill-columns.ts';
import { referenceKey, textKey } from '#shared/input/text-key.ts';

/**
 * Names of drivers are searched and sorted by keys that TypeScript makes. Licence numbers and plates are unique however
 * people write their case, blanks and dashes.
 * With a long pending list of the index the planner would scan the whole table.
 */
export class AddTextKeys extends Migration {
  async up(): Promise<void> {
    await this.execute(`
      drop index driver_name;
      alter table driver drop constraint driver_license_number_key;
      alter table vehicle drop constraint vehicle_plate_key;
      alter table driver add column name_key text collate "C", add column license_key text collate "C";
      alter table vehicle add column plate_key text collate "C";
    `);
    const uniqueLicense = createUniqueKeys();
    await fillColumns<{ rowKey: string; name: string; license: string }>(this, {
      table: 'driver',
      reads: 'name, license_number as license',
      writes: ['name_key', 'license_key'],
      toValues: ({ rowKey, name, license }) => ({
        name_key: textKey(name),
        license_key: uniqueLicense(referenceKey(license), rowKey),
      }),
    });
    const uniquePlate = createUniqueKeys();
    await fillColumns<{ rowKey: string; plate: string }>(this, {
      table: 'vehicle',
      reads: 'plate',
      writes: ['plate_key'],
      toValues: ({ rowKey, plate }) => ({ plate_key: uniquePlate(referenceKey(plate), rowKey) }),
    });
    await this.execute(`
      alter table driver alter column name_key set not null, alter column license_key set not null;
      alter table vehicle alter column plate_key set not null;
      create index driver_name on driver (name_key, id);
      create index driver_search on driver using gin (name_key public.gin_trgm_ops) with (gin_pending_list_limit = 128);
      create unique index driver_license_key on driver (license_key);
      create unique index vehicle_plate_key on vehicle (plate_key);
    `);
  }
}
