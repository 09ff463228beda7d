import { Migration } from '@mikro-orm/migrations';

/**
 * Moves idempotency keys to the table that all subgraphs have. Moved rows have fingerprints of the old form, so a repeated
 * call with an old key is refused and changes nothing twice.
 */
export class MoveKeyedCalls extends Migration {
  up(): void {
    this.addSql(`
      insert into keyed_call (account_id, key, fingerprint, outcome, created_at)
        select actor_id, key, fingerprint, to_jsonb(record_id), created_at from idempotent_request
        on conflict do nothing;
      drop table idempotent_request;
    `);
  }
}
