import { Migration } from '@mikro-orm/migrations';
import { fillColumns } from '#shared/database/fill-columns.ts';
import { textKey } from '#shared/input/text-key.ts';

/**
 * Makes the keys of texts anew. They now keep vowels and voicing of scripts in which these are marks, and drop invisible
 * characters and apostrophes.
 */
export class RemakeKeys extends Migration {
  async up(): Promise<void> {
    await fillColumns<{ name: string }>(this, {
      table: 'geofence',
      reads: 'name',
      writes: ['name_key'],
      toValues: ({ name }) => ({ name_key: textKey(name) }),
    });
  }
}
