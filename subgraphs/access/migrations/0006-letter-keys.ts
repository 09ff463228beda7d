import { Migration } from '@mikro-orm/migrations';
import { createUniqueKeys, fillColumns } from '#shared/database/fill-columns.ts';
import { announceAgain } from '#shared/events/announce-again.ts';
import type { EventPayload } from '#shared/events/topics.ts';
import { textKey } from '#shared/input/text-key.ts';

/**
 * Makes the keys of texts anew. They now keep vowels and voicing of scripts in which these are marks, and drop invisible
 * characters and apostrophes. Organizations
 * whose keys change are announced again, because risk and shipments have keys of their names.
 */
export class RemakeKeys extends Migration {
  async up(): Promise<void> {
    await this.execute('drop index organization_name');
    const unique = createUniqueKeys();
    const changed: EventPayload<'organization.changed'>[] = [];
    await fillColumns<EventPayload<'organization.changed'> & { rowKey: string; key: string }>(this, {
      table: 'organization',
      reads: 'name, name_key as key, tier, created_at as "createdAt"',
      writes: ['name_key'],
      toValues: ({ rowKey, name, key, tier, createdAt }) => {
        const made = unique(textKey(name), rowKey);
        if (made !== key) {
          changed.push({ organizationId: rowKey, name, tier, createdAt: new Date(createdAt).toISOString() });
        }
        return { name_key: made };
      },
    });
    await fillColumns<{ name: string }>(this, {
      table: 'account',
      reads: 'name',
      writes: ['name_key'],
      toValues: ({ name }) => ({ name_key: textKey(name) }),
    });
    await this.execute('create unique index organization_name on organization (name_key)');
    await announceAgain(this, 'organization.changed', changed);
  }
}
