import { Migration } from '@mikro-orm/migrations';

/**
 * Calls that clients send to a gateway with an idempotency key. A call without a status is running, or its gateway has ended
 * without a response. The key and the body are stored as hashes, because they may contain personal data.
 */
export class CreateIdempotentCalls extends Migration {
  up(): void {
    this.addSql(`
      create table idempotent_call (
        id uuid primary key,
        caller text not null,
        key_hash text not null,
        fingerprint text not null,
        holder uuid not null,
        leased_until timestamptz not null,
        status int,
        body text,
        created_at timestamptz not null default now(),
        unique (caller, key_hash),
        check ((status is null) = (body is null))
      );
      create index idempotent_call_caller on idempotent_call (caller, created_at);
      create index idempotent_call_created_at on idempotent_call (created_at);
    `);
  }
}
