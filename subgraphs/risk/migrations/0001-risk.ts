import { Migration } from '@mikro-orm/migrations';

export class CreateRisk extends Migration {
  up(): void {
    this.addSql(`
      create table known_organization (
        id uuid primary key,
        name_key text not null,
        created_at timestamptz(3) not null
      );
      create index known_organization_name on known_organization (name_key);

      create table known_account (
        id uuid primary key,
        organization_id uuid,
        email text not null,
        created_at timestamptz(3) not null
      );
      create index known_account_email on known_account (email);

      create table booking (
        shipment_id uuid primary key,
        reference text not null,
        organization_id uuid not null,
        account_id uuid not null,
        version int not null,
        lane text not null,
        lane_key text not null,
        value_cents bigint not null,
        currency text not null,
        booked_at timestamptz(3) not null,
        pickup_from timestamptz(3) not null,
        party_keys text[] not null,
        open boolean not null
      );
      -- History of an organization, of a lane, and the start of the history.
      create index booking_organization on booking (organization_id, booked_at, lane_key);
      create index booking_lane on booking (lane_key, booked_at);
      create index booking_booked_at on booking (booked_at);
      -- Bookings that a new watchlist entry can still stop, a small part of the history.
      create index booking_open_organization on booking (organization_id) where open;
      create index booking_open_account on booking (account_id) where open;
      create index booking_open_parties on booking using gin (party_keys) where open;

      create table assessment (
        id uuid primary key,
        shipment_id uuid not null references booking (shipment_id),
        organization_id uuid not null,
        revision int not null,
        current boolean not null,
        score int not null check (score between 0 and 100),
        verdict text not null check (verdict in ('ALLOW', 'REVIEW', 'BLOCK')),
        decision text not null check (decision in ('ALLOW', 'REVIEW', 'BLOCK')),
        rules text[] not null,
        contributions jsonb not null,
        facts jsonb not null,
        watchlist_ids uuid[] not null,
        trigger text not null,
        assessed_at timestamptz(3) not null,
        unique (shipment_id, revision)
      );
      create unique index assessment_current on assessment (shipment_id) where current;
      create index assessment_assessed_at on assessment (assessed_at desc, id desc) where current;
      create index assessment_organization on assessment (organization_id, assessed_at desc, id desc) where current;
      create index assessment_stopped on assessment (decision, assessed_at desc, id desc)
        where current and decision <> 'ALLOW';
      create index assessment_scored on assessment (assessed_at desc, id desc, score) where current and score > 0;
      create index assessment_watchlist on assessment using gin (watchlist_ids)
        where current and cardinality(watchlist_ids) > 0;

      create table review_case (
        id uuid primary key,
        shipment_id uuid not null references booking (shipment_id),
        organization_id uuid not null,
        assessment_id uuid not null references assessment (id),
        status text not null check (status in ('OPEN', 'DECIDED', 'WITHDRAWN')),
        opened_at timestamptz(3) not null,
        decision text check (decision in ('APPROVE', 'REJECT')),
        reason text,
        decided_by uuid,
        closed_at timestamptz(3),
        version int not null default 1,
        check ((status = 'DECIDED') = (decision is not null)),
        check ((status = 'OPEN') = (closed_at is null))
      );
      create unique index review_case_open on review_case (shipment_id) where status = 'OPEN';
      create index review_case_shipment on review_case (shipment_id, opened_at desc, id desc);
      create index review_case_status on review_case (status, opened_at, id);
      create index review_case_organization on review_case (organization_id, opened_at, id);

      create table watchlist_entry (
        id uuid primary key,
        kind text not null check (kind in ('ORGANIZATION', 'ACCOUNT', 'EMAIL', 'NAME')),
        value text not null,
        value_key text not null,
        reason text not null,
        added_by uuid,
        added_at timestamptz(3) not null,
        removed_by uuid,
        removed_at timestamptz(3),
        removal_reason text,
        idempotency_key text,
        unique (added_by, idempotency_key)
      );
      create unique index watchlist_entry_active on watchlist_entry (kind, value_key) where removed_at is null;
      create index watchlist_entry_added_at on watchlist_entry (added_at desc, id desc);
    `);
  }
}
