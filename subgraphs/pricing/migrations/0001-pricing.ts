import { Migration } from '@mikro-orm/migrations';

export class CreatePricing extends Migration {
  up(): void {
    this.addSql(`
      create table customer (id uuid primary key, tier text not null);
      create table priced_shipment (
        id uuid primary key,
        organization_id uuid not null,
        equipment text not null,
        distance_meters integer not null check (distance_meters >= 0),
        volume_m3 double precision not null,
        origin_region text not null,
        created_at timestamptz not null,
        closed boolean not null default false
      );
      -- Demand counts the bookings of a region over nine weeks.
      create index priced_shipment_demand on priced_shipment (origin_region, created_at);
      create table quote (
        id uuid primary key,
        shipment_id uuid not null,
        organization_id uuid not null,
        requested_by uuid,
        idempotency_key text,
        currency char(3) not null,
        base_rate_cents bigint not null check (base_rate_cents > 0),
        factors jsonb not null,
        floor_cents bigint not null,
        ceiling_cents bigint not null,
        price_cents bigint not null check (price_cents between floor_cents and ceiling_cents),
        limited boolean not null,
        created_at timestamptz not null,
        expires_at timestamptz not null,
        accepted_at timestamptz,
        withdrawn_at timestamptz,
        check (accepted_at is null or withdrawn_at is null)
      );
      create index quote_shipment on quote (shipment_id, created_at desc);
      -- One accepted quote per shipment, even with concurrent acceptances.
      create unique index quote_accepted on quote (shipment_id) where accepted_at is not null;
      create unique index quote_idempotency on quote (requested_by, idempotency_key) where idempotency_key is not null;
      create sequence invoice_serial;
      create table invoice (
        id uuid primary key,
        number text not null unique,
        shipment_id uuid not null unique,
        organization_id uuid not null,
        currency char(3) not null,
        amount_cents bigint not null check (amount_cents > 0),
        paid_cents bigint not null default 0 check (paid_cents >= 0),
        cost_cents bigint not null,
        issued_at timestamptz not null,
        due_at timestamptz not null
      );
      create index invoice_issued on invoice (issued_at desc, id desc);
      create index invoice_organization on invoice (organization_id, issued_at desc, id desc);
      -- Unpaid invoices are a small part of all. Overdue lists and billing summaries read only them.
      create index invoice_open on invoice (organization_id, due_at) where paid_cents < amount_cents;
      create table payment (
        id uuid primary key,
        invoice_id uuid not null references invoice (id),
        organization_id uuid not null,
        amount_cents bigint not null check (amount_cents > 0),
        method text not null,
        reference text not null,
        idempotency_key text unique,
        paid_at timestamptz not null
      );
      create index payment_invoice on payment (invoice_id, paid_at);
      -- The same transfer reported twice is recorded once.
      create unique index payment_reference on payment (organization_id, reference);
      create index payment_organization_paid on payment (organization_id, paid_at);
      create table market_observation (
        id uuid primary key,
        kind text not null,
        equipment text not null,
        ratio double precision not null check (ratio > 0),
        source text not null,
        observed_at timestamptz not null
      );
      create index market_observation_latest on market_observation (kind, equipment, observed_at desc);
    `);
  }
}
