import { Migration } from '@mikro-orm/migrations';
import { createUniqueKeys, fillColumns } from '#shared/database/fill-columns.ts';
import { textKey } from '#shared/input/text-key.ts';
import { keyOfLane } from '../domain/lane.ts';
import { nameKey } from '../domain/names.ts';

/**
 * Makes the keys of texts anew. They now keep vowels and voicing of scripts in which these are marks, and drop invisible
 * characters and apostrophes. Customers get theirs when access announces them again. Bookings keep the keys of their
 * contacts, whose names are not stored here, until they change.
 */
export class RemakeKeys extends Migration {
  async up(): Promise<void> {
    await this.execute('drop index watchlist_entry_active');
    const unique = createUniqueKeys();
    await fillColumns<{ rowKey: string; kind: string; value: string; key: string; active: boolean }>(this, {
      table: 'watchlist_entry',
      reads: 'kind, value, value_key as key, removed_at is null as active',
      writes: ['search_key', 'value_key'],
      toValues: ({ rowKey, kind, value, key, active }) => {
        const made = kind === 'NAME' ? nameKey(value) : key;
        return { search_key: textKey(value), value_key: active ? unique(made, rowKey, kind) : made };
      },
    });
    await fillColumns<{ lane: string }>(this, {
      table: 'booking',
      key: 'shipment_id',
      reads: 'lane',
      writes: ['lane_key'],
      toValues: ({ lane }) => ({ lane_key: keyOfLane(lane) }),
    });
    await this.execute(
      'create unique index watchlist_entry_active on watchlist_entry (kind, value_key) where removed_at is null',
    );
  }
}
