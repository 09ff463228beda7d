import { Migration } from '@mikro-orm/migrations';
import { createUniqueKeys, fillColumns } from '#shared/database/fill-columns.ts';
import { textKey } from '#shared/input/text-key.ts';
import { keyOfLane } from '../domain/lane.ts';
import { nameKey } from '../domain/names.ts';

/**
 * The watchlist is searched by keys that TypeScript makes. Keys of names and lanes are made anew: they now know letters that
 * Unicode does not decompose, such as "ł" and "ø".
 * With a long pending list of the index the planner would scan the whole table.
 */
export class AddTextKeys extends Migration {
  async up(): Promise<void> {
    await this.execute(`
      drop index watchlist_entry_active;
      alter table watchlist_entry add column search_key text collate "C";
    `);
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
    await fillColumns<{ key: string }>(this, {
      table: 'known_organization',
      reads: 'name_key as key',
      writes: ['name_key'],
      toValues: ({ key }) => ({ name_key: nameKey(key) }),
    });
    await fillColumns<{ lane: string; parties: readonly string[] }>(this, {
      table: 'booking',
      key: 'shipment_id',
      reads: 'lane_key as lane, party_keys as parties',
      writes: ['lane_key', 'party_keys'],
      toValues: ({ lane, parties }) => ({ lane_key: keyOfLane(lane), party_keys: parties.map(nameKey) }),
    });
    await this.execute(`
      alter table watchlist_entry alter column search_key set not null;
      create unique index watchlist_entry_active on watchlist_entry (kind, value_key) where removed_at is null;
      create index watchlist_entry_search on watchlist_entry using gin (search_key public.gin_trgm_ops) with (gin_pending_list_limit = 128);
    `);
  }
}
