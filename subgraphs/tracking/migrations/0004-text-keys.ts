import { Migration } from '@mikro-orm/migrations';
import { fillColumns } from '#shared/database/fill-columns.ts';
import { textKey } from '#shared/input/text-key.ts';

/**
 * Names of geofences are searched and sorted by keys that TypeScript makes.
 * With a long pending list of the index the planner would scan the whole table.
 */
export class AddTextKeys extends Migration {
  async up(): Promise<void> {
    await this.execute('drop index geofence_name; alter table geofence add column name_key text collate "C"');
    await fillColumns<{ name: string }>(this, {
      table: 'geofence',
      reads: 'name',
      writes: ['name_key'],
      toValues: ({ name }) => ({ name_key: textKey(name) }),
    });
    await this.execute(`
      alter table geofence alter column name_key set not null;
      create index geofence_name on geofence (name_key, id);
      create index geofence_search on geofence using gin (name_key public.gin_trgm_ops) with (gin_pending_list_limit = 128);
    `);
  }
}
