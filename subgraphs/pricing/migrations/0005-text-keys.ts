import { Migration } from '@mikro-orm/migrations';
import { createUniqueKeys, fillColumns } from '#shared/database/fill-columns.ts';
import { referenceKey } from '#shared/input/text-key.ts';

/** References of payments are unique within an organization, however people write their case, blanks and dashes. */
export class AddTextKeys extends Migration {
  async up(): Promise<void> {
    await this.execute('drop index payment_reference; alter table payment add column reference_key text collate "C"');
    const unique = createUniqueKeys();
    await fillColumns<{ rowKey: string; organizationId: string; reference: string }>(this, {
      table: 'payment',
      reads: 'organization_id as "organizationId", reference',
      writes: ['reference_key'],
      toValues: ({ rowKey, organizationId, reference }) => ({
        reference_key: unique(referenceKey(reference), rowKey, organizationId),
      }),
    });
    await this.execute(`
      alter table payment alter column reference_key set not null;
      create unique index payment_reference on payment (organization_id, reference_key);
    `);
  }
}
