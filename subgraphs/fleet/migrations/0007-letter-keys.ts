import { Migration } from '@mikro-orm/migrations';
import { createUniqueKeys, fillColumns } from '#shared/database/fill-columns.ts';
import { announceAgain } from '#shared/events/announce-again.ts';
import type { EventPayload } from '#shared/events/topics.ts';
import { referenceKey, textKey } from '#shared/input/text-key.ts';

/**
 * Makes the keys of texts anew. They now keep vowels and voicing of scripts in which these are marks, and drop invisible
 * characters and apostrophes. Vehicles whose keys
 * change are announced again, because shipments are found by their plates.
 */
export class RemakeKeys extends Migration {
  async up(): Promise<void> {
    await this.execute('drop index driver_license_key, vehicle_plate_key');
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
    const changed: EventPayload<'vehicle.changed'>[] = [];
    const at = new Date().toISOString();
    await fillColumns<Omit<EventPayload<'vehicle.changed'>, 'at'> & { rowKey: string; plate: string; key: string }>(
      this,
      {
        table: 'vehicle',
        reads: 'plate, plate_key as key, equipment, active',
        writes: ['plate_key'],
        toValues: ({ rowKey, plate, key, equipment, active }) => {
          const made = uniquePlate(referenceKey(plate), rowKey);
          if (made !== key) changed.push({ vehicleId: rowKey, equipment, active, plate, at });
          return { plate_key: made };
        },
      },
    );
    await this.execute(`
      create unique index driver_license_key on driver (license_key);
      create unique index vehicle_plate_key on vehicle (plate_key);
    `);
    await announceAgain(this, 'vehicle.changed', changed);
  }
}
