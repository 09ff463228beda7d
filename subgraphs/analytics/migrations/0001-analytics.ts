import { Migration } from '@mikro-orm/migrations';

const business = `
  shipments_created bigint not null default 0,
  shipments_delivered bigint not null default 0,
  shipments_cancelled bigint not null default 0,
  delivered_on_time bigint not null default 0,
  transit_ms bigint not null default 0,
  order_ms bigint not null default 0,
  distance_meters bigint not null default 0,
  invoices bigint not null default 0,
  revenue_cents bigint not null default 0,
  cost_cents bigint not null default 0,
  other_currency_invoices bigint not null default 0,
  collected_cents bigint not null default 0,
  ratings bigint not null default 0,
  stars bigint not null default 0,
  promoters bigint not null default 0,
  detractors bigint not null default 0`;

export class CreateAnalytics extends Migration {
  up(): void {
    this.addSql(`
      create table company_day (day date primary key, ${business});
      create table organization_day (organization_id uuid, day date, ${business}, primary key (organization_id, day));
      -- The customers of a period are read by day, across organizations.
      create index organization_day_created on organization_day (day, organization_id) where shipments_created > 0;
      create table driver_day (
        driver_id uuid,
        day date,
        loads_carried bigint not null default 0,
        deliveries bigint not null default 0,
        delivered_on_time bigint not null default 0,
        ratings bigint not null default 0,
        stars bigint not null default 0,
        primary key (driver_id, day)
      );
      create index driver_day_busy on driver_day (day, driver_id) where loads_carried > 0;
      create table carriage (
        shipment_id uuid primary key,
        driver_id uuid,
        picked_up_at timestamptz,
        ended_at timestamptz
      );
      -- Loads under way are a small part of all.
      create index carriage_open on carriage (driver_id, picked_up_at) where ended_at is null;
      create table customer (organization_id uuid primary key, created_at timestamptz not null);
      create index customer_created on customer (created_at);
      create table driver_change (
        driver_id uuid,
        at timestamptz,
        active boolean not null,
        hired_at timestamptz not null,
        primary key (driver_id, at)
      );
    `);
  }
}
