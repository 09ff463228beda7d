import { Migration } from '@mikro-orm/migrations';
import { createUniqueKeys, fillColumns } from '#shared/database/fill-columns.ts';
import { announceAgain } from '#shared/events/announce-again.ts';
import type { EventPayload } from '#shared/events/topics.ts';
import { textKey } from '#shared/input/text-key.ts';

interface Named {
  readonly rowKey: string;
  readonly name: string;
}

/**
 * Names of organizations and accounts are compared, searched and sorted by keys that TypeScript makes. Shipments are found by
 * the names of their customers, so every organization is announced again.
 * With a long pending list of the index the planner would scan the whole table.
 */
export class AddTextKeys extends Migration {
  async up(): Promise<void> {
    await this.execute(`
      drop index organization_name, organization_by_name, organization_tier, organization_search;
      drop index account_by_name, account_organization, account_search;
      alter table organization add column name_key text collate "C";
      alter table account add column name_key text collate "C";
    `);
    const unique = createUniqueKeys();
    await fillColumns<Named>(this, {
      table: 'organization',
      reads: 'name',
      writes: ['name_key'],
      toValues: ({ rowKey, name }) => ({ name_key: unique(textKey(name), rowKey) }),
    });
    await fillColumns<Named>(this, {
      table: 'account',
      reads: 'name',
      writes: ['name_key'],
      toValues: ({ name }) => ({ name_key: textKey(name) }),
    });
    await this.execute(`
      alter table organization alter column name_key set not null;
      alter table account alter column name_key set not null;
      create unique index organization_name on organization (name_key);
      create index organization_by_name on organization (name_key, id);
      create index organization_tier on organization (tier, name_key, id);
      create index organization_search on organization using gin (name_key public.gin_trgm_ops) with (gin_pending_list_limit = 128);
      create index account_by_name on account (name_key, id);
      create index account_organization on account (organization_id, name_key, id) where organization_id is not null;
      create index account_search on account using gin ((name_key || ' ' || email) public.gin_trgm_ops) with (gin_pending_list_limit = 128);
    `);
    const organizations = await this.execute(
      'select id as "organizationId", name, tier, created_at as "createdAt" from organization order by id',
    );
    // The columns are those of the event.
    const payloads = organizations as EventPayload<'organization.changed'>[];
    await announceAgain(
      this,
      'organization.changed',
      payloads.map(({ createdAt, ...organization }) => ({
        ...organization,
        createdAt: new Date(createdAt).toISOString(),
      })),
    );
  }
}
