import { Migration } from '@mikro-orm/migrations';

/**
 * Kept outcomes of imports had texts of the refused rows. Without its outcome, a repeated import skips the rows that it has
 * imported and refuses the others again.
 */
export class ForgetImportOutcomes extends Migration {
  up(): void {
    this.addSql(`delete from keyed_call where outcome::text like '{"imported":%"refusals":%'`);
  }
}
