import { Migration } from '@mikro-orm/migrations';
import { indexPlainTexts } from '#shared/database/seal-rows.ts';

/**
 * When the subgraph starts, which has the keys, it replaces e-mail addresses of accounts by their blind indexes, and encrypts the values
 * of the watchlist. E-mail addresses on the watchlist are found as a whole.
 */
export class SealAddresses extends Migration {
  up(): void {
    this.addSql(`
      drop index known_account_email;
      alter table known_account alter column email drop not null, add column email_key text collate "C";
      create index known_account_email_key on known_account (email_key);
      update watchlist_entry set search_key = '' where kind = 'EMAIL';
    `);
    this.addSql(indexPlainTexts('known_account', 'email'));
    this.addSql(indexPlainTexts('watchlist_entry', 'value'));
  }
}
