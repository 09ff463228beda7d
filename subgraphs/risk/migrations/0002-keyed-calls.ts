import { Migration } from '@mikro-orm/migrations';

/**
 * Moves idempotency keys to the table that all subgraphs have. Moved rows have fingerprints of the old form, so a repeated
 * call with an old key is refused and changes nothing twice.
 */
export class MoveKeyedCalls extends Migration {
  up(): void {
    this.addSql(`
      insert into keyed_call (account_id, key, fingerprint, created_at)
        select added_by, idempotency_key, '', added_at from watchlist_entry
        where added_by is not null and idempotency_key is not null;
      alter table watchlist_entry drop column idempotency_key;
    `);
  }
}
