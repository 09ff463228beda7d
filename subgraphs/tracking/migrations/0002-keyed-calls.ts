import { Migration } from '@mikro-orm/migrations';

/**
 * Idempotency keys are kept in the table that all subgraphs have in common. What is moved has another fingerprint: a key
 * from before is refused, and makes nothing twice.
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
