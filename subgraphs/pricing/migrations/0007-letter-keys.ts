import { Migration } from '@mikro-orm/migrations';
import { createUniqueKeys, fillColumns } from '#shared/database/fill-columns.ts';
import { referenceKey } from '#shared/input/text-key.ts';

/**
 * Makes the keys of texts anew. They now keep vowels and voicing of scripts in which these are marks, and drop invisible
 * characters and apostrophes.
 */
export class RemakeKeys extends Migration {
  async up(): Promise<void> {
    await this.execute('drop index payment_reference');
    const unique = createUniqueKeys();
    await fillColumns<{ rowKey: string; organizationId: string; reference: string }>(this, {
      table: 'payment',
      reads: 'organization_id as "organizationId", reference',
      writes: ['reference_key'],
      toValues: ({ rowKey, organizationId, reference }) => ({
        reference_key: unique(referenceKey(reference), rowKey, organizationId),
      }),
    });
    await this.execute('create unique index payment_reference on payment (organization_id, reference_key)');
  }
}
