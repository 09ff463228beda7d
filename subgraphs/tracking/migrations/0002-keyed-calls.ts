import { Migration } from '@mikro-orm/migrations';

/**
 * Moves idempotency keys to the table that all subgraphs have. Moved rows have fingerprints of the old form, so a repeated
 * call with an old key is refused and changes nothing twice.
 */
export class MoveKeyedCalls extends Migration {
  up(): void {
    this.addSql(`
      insert into keyed_call (account_id, key, fingerprint, outcome, created_at)
        select account_id, idempotency_key, request_hash, to_jsonb(geofence_id), created_at from geofence_request;
      drop table geofence_request;
    `);
  }
}
