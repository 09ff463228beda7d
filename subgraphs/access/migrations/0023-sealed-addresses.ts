import { Migration } from '@mikro-orm/migrations';
import { indexPlainTexts } from '#shared/database/seal-rows.ts';

/**
 * E-mail addresses are encrypted when the subgraph starts, which has the keys. They are then unique by their blind indexes, and are found
 * as a whole.
 */
export class SealAddresses extends Migration {
  up(): void {
    this.addSql(`
      drop index account_search;
      alter table account drop constraint account_email_key, drop constraint account_email_check,
        add column email_key text collate "C";
      create unique index account_email_key on account (email_key);
      create index account_search on account using gin (name_key public.gin_trgm_ops) with (gin_pending_list_limit = 128);
    `);
    this.addSql(indexPlainTexts('account', 'email'));
  }
}
