import { Migration } from '@mikro-orm/migrations';

/**
 * Adds API keys, sandbox organizations, and the versions of the access snapshot.
 * A deferred trigger raises a version at the end of the transaction, under the lock of its row. A gateway that has read a
 * version therefore has all changes up to it. As the last lock of a transaction it cannot be part of a deadlock. Versions
 * begin with the time, so that those of a new database are not those of the old one.
 */
export class AddApiKeys extends Migration {
  up(): void {
    this.addSql(`
      alter table organization
        add column sandbox boolean not null default false,
        add column tier_changed_at timestamptz(3);
      create index organization_tier_changed on organization (tier_changed_at) where tier_changed_at is not null;
      alter table account add column reach_changed_at timestamptz(3);
      create index account_reach_changed on account (reach_changed_at) where reach_changed_at is not null;
      create index session_revoked on session (revoked_at) where revoked_at is not null;

      create table api_key (
        id uuid primary key,
        account_id uuid not null unique references account (id),
        organization_id uuid not null references organization (id),
        name text not null,
        prefix text not null,
        hash text not null unique,
        previous_hash text unique,
        grace_until timestamptz(3),
        scopes text[] not null,
        allowed_networks text[] not null,
        require_signature boolean not null default false,
        created_at timestamptz(3) not null,
        expires_at timestamptz(3),
        last_used_at timestamptz(3),
        revoked_at timestamptz(3)
      );
      create index api_key_organization on api_key (organization_id, created_at desc, id desc);

      alter table audit_entry
        drop constraint audit_entry_target_kind_check,
        add constraint audit_entry_target_kind_check check (target_kind in ('Account', 'Organization', 'ApiKey'));

      create table access_version (part text primary key, version bigint not null);
      insert into access_version (part, version)
        select part, (extract(epoch from clock_timestamp()) * 1000)::bigint from unnest(array['keys', 'revocations']) part;

      create function note_reach_change() returns trigger language plpgsql as $body$
        begin
          new.reach_changed_at := clock_timestamp();
          return new;
        end $body$;
      create function note_tier_change() returns trigger language plpgsql as $body$
        begin
          new.tier_changed_at := clock_timestamp();
          return new;
        end $body$;
      create function raise_access_version() returns trigger language plpgsql set search_path from current as $body$
        begin
          update access_version set version = version + 1 where part = any(tg_argv);
          return null;
        end $body$;

      create trigger account_reach_change before update on account for each row
        when (old.roles is distinct from new.roles or old.driver_id is distinct from new.driver_id
          or old.deactivated_at is distinct from new.deactivated_at)
        execute function note_reach_change();
      create trigger organization_tier_change before update on organization for each row
        when (old.tier is distinct from new.tier) execute function note_tier_change();

      create constraint trigger account_version after update on account deferrable initially deferred for each row
        when (old.reach_changed_at is distinct from new.reach_changed_at)
        execute function raise_access_version('keys', 'revocations');
      create constraint trigger organization_version after update on organization deferrable initially deferred for each row
        when (old.tier_changed_at is distinct from new.tier_changed_at)
        execute function raise_access_version('keys', 'revocations');
      create constraint trigger session_version after update on session deferrable initially deferred for each row
        when (old.revoked_at is distinct from new.revoked_at) execute function raise_access_version('revocations');
      create constraint trigger api_key_created after insert on api_key deferrable initially deferred for each row
        execute function raise_access_version('keys');
      create constraint trigger api_key_version after update on api_key deferrable initially deferred for each row
        when (old.hash is distinct from new.hash or old.previous_hash is distinct from new.previous_hash
          or old.expires_at is distinct from new.expires_at or old.revoked_at is distinct from new.revoked_at)
        execute function raise_access_version('keys');
    `);
  }
}
