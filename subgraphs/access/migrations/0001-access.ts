import { Migration } from '@mikro-orm/migrations';

export class CreateAccess extends Migration {
  up(): void {
    this.addSql(`
      create table organization (
        id uuid primary key,
        name text not null,
        industry text,
        tier text not null check (tier in ('FREE', 'STANDARD', 'PREMIUM', 'ENTERPRISE')),
        created_at timestamptz(3) not null,
        version int not null default 1
      );
      create unique index organization_name on organization (lower(name));
      create index organization_by_name on organization (name, id);
      create index organization_tier on organization (tier, name, id);
      create index organization_search on organization using gin (name public.gin_trgm_ops);

      create table account (
        id uuid primary key,
        email text not null unique check (email = lower(email)),
        name text not null,
        roles text[] not null
          check (cardinality(roles) > 0
            and roles <@ array['ADMIN', 'DISPATCHER', 'DRIVER', 'CUSTOMER', 'PARTNER', 'ANALYST']),
        organization_id uuid references organization (id),
        driver_id uuid unique,
        password_hash text,
        created_at timestamptz(3) not null,
        deactivated_at timestamptz(3),
        version int not null default 1,
        check ((organization_id is not null) = (roles && array['CUSTOMER', 'PARTNER']))
      );
      create index account_by_name on account (name, id);
      create index account_organization on account (organization_id, name, id) where organization_id is not null;
      create index account_roles on account using gin (roles);
      create index account_search on account using gin (name public.gin_trgm_ops, email public.gin_trgm_ops);

      create table session (
        id uuid primary key,
        account_id uuid not null references account (id),
        token_hash text not null,
        created_at timestamptz(3) not null,
        refreshed_at timestamptz(3) not null,
        revoked_at timestamptz(3)
      );
      create index session_account on session (account_id, refreshed_at desc);
      create index session_refreshed_at on session (refreshed_at);

      create table sign_in_attempts (
        subject text primary key,
        attempts int not null,
        last_at timestamptz(3) not null,
        blocked_until timestamptz(3)
      );
      create index sign_in_attempts_last_at on sign_in_attempts (last_at);

      create table audit_entry (
        id uuid primary key,
        at timestamptz(3) not null,
        action text not null,
        actor_id uuid,
        target_kind text not null check (target_kind in ('Account', 'Organization')),
        target_id uuid not null,
        changes jsonb not null,
        request_id text not null
      );
      create index audit_entry_at on audit_entry (at desc, id desc);
      create index audit_entry_actor on audit_entry (actor_id, at desc, id desc);
      create index audit_entry_target on audit_entry (target_id, at desc, id desc);
      create index audit_entry_action on audit_entry (action, at desc, id desc);

      create table idempotent_request (
        actor_id uuid not null,
        operation text not null,
        key text not null,
        fingerprint text not null,
        record_id uuid not null,
        created_at timestamptz(3) not null,
        primary key (actor_id, operation, key)
      );
    `);
  }
}
