import { Migration } from '@mikro-orm/migrations';

/** Adds the public keys with which gateways verify the signatures of API keys. */
export class AddSigningKeys extends Migration {
  up(): void {
    this.addSql(`
      alter table api_key add column signing_public_key text, add column previous_signing_public_key text;
      drop trigger api_key_version on api_key;
      create constraint trigger api_key_version after update on api_key deferrable initially deferred for each row
        when (old.hash is distinct from new.hash or old.previous_hash is distinct from new.previous_hash
          or old.expires_at is distinct from new.expires_at or old.revoked_at is distinct from new.revoked_at
          or old.require_signature is distinct from new.require_signature
          or old.signing_public_key is distinct from new.signing_public_key)
        execute function raise_access_version('keys');
    `);
  }
}
