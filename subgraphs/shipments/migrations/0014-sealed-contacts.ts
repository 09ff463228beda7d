import { Migration } from '@mikro-orm/migrations';
import { indexPlainTexts } from '#shared/database/seal-rows.ts';

/** Phones of contacts, and changes with their old and new values, are encrypted when the subgraph starts, which has the keys. */
export class SealContacts extends Migration {
  up(): void {
    this.addSql('alter table shipment_change alter column fields type text using fields::text');
    this.addSql(indexPlainTexts('stop', 'contact_phone'));
    this.addSql(indexPlainTexts('shipment_change', 'fields'));
  }
}
