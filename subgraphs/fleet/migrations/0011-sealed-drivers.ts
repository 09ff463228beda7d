import { Migration } from '@mikro-orm/migrations';
import { indexPlainTexts } from '#shared/database/seal-rows.ts';

/**
 * Phones and licence numbers are encrypted when the subgraph starts, which has the keys. Licence numbers are then found as a whole:
 * their trigram index goes.
 */
export class SealDrivers extends Migration {
  up(): void {
    this.addSql('drop index driver_license_part');
    this.addSql(indexPlainTexts('driver', 'phone'));
    this.addSql(indexPlainTexts('driver', 'license_number'));
  }
}
