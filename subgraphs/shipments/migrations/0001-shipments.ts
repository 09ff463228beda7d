import { Migration } from '@mikro-orm/migrations';

const statuses =
  "('DRAFT','BOOKED','ASSIGNED','PICKED_UP','IN_TRANSIT','OUT_FOR_DELIVERY','DELIVERED','EXCEPTION','CANCELLED')";
const promised = "('BOOKED','ASSIGNED','PICKED_UP','IN_TRANSIT','OUT_FOR_DELIVERY','EXCEPTION')";

/**
 * Times have milliseconds, as in JavaScript, so that cursors are exact. Items and events are read only by shipment, so their
 * ids need no index.
 */
export class CreateShipments extends Migration {
  up(): void {
    this.addSql(`
      create sequence shipment_number;
      create table shipment (
        id uuid primary key,
        reference text not null unique,
        organization_id uuid not null,
        created_by_account_id uuid not null,
        status text not null check (status in ${statuses}),
        troubled_from text check (troubled_from in ('PICKED_UP','IN_TRANSIT','OUT_FOR_DELIVERY')),
        version int not null check (version > 0),
        equipment text check (equipment in ('DRY_VAN','REEFER','FLATBED','TANKER','BOX_TRUCK')),
        notes text,
        origin_hub_code text, origin_city text, origin_region text, origin_country text,
        destination_hub_code text, destination_city text, destination_region text, destination_country text,
        weight_kg double precision,
        volume_m3 double precision,
        value_cents bigint,
        currency text,
        distance_meters double precision,
        pickup_from timestamptz(3),
        deliver_by timestamptz(3),
        created_at timestamptz(3) not null,
        booked_at timestamptz(3),
        picked_up_at timestamptz(3),
        delivered_at timestamptz(3),
        status_changed_at timestamptz(3) not null,
        assignment_id uuid,
        driver_id uuid,
        vehicle_id uuid,
        imported boolean not null,
        goods text not null,
        search tsvector not null generated always as (to_tsvector('english', coalesce(notes, '') || ' ' || goods)) stored,
        check ((status = 'EXCEPTION') = (troubled_from is not null)),
        check (status <> 'DELIVERED' or delivered_at is not null)
      );
      create table stop (
        id uuid primary key,
        shipment_id uuid not null references shipment on delete cascade,
        sequence int not null,
        kind text not null check (kind in ('PICKUP','INTERMEDIATE','DELIVERY')),
        hub_code text, contact_name text, street text, city text, region text, postal_code text,
        country text not null,
        latitude double precision, longitude double precision,
        time_zone text,
        window_start timestamptz(3), window_end timestamptz(3), arrived_at timestamptz(3),
        unique (shipment_id, sequence),
        check ((latitude is null) = (longitude is null))
      );
      create table item (
        id uuid not null,
        shipment_id uuid not null references shipment on delete cascade,
        sequence int not null,
        description text not null, commodity text not null,
        quantity int not null check (quantity > 0),
        weight_kg double precision, volume_m3 double precision,
        value_cents bigint, currency text,
        primary key (shipment_id, sequence)
      );
      create table shipment_event (
        id uuid not null,
        shipment_id uuid not null references shipment on delete cascade,
        version int not null,
        from_status text check (from_status in ${statuses}),
        to_status text not null check (to_status in ${statuses}),
        occurred_at timestamptz(3) not null,
        recorded_at timestamptz(3) not null,
        actor_account_id uuid,
        place text, latitude double precision, longitude double precision, note text,
        primary key (shipment_id, version)
      );
      create table proof_of_delivery (
        shipment_id uuid primary key references shipment on delete cascade,
        recipient_name text not null,
        signed_at timestamptz(3) not null,
        signature_reference text, photo_reference text,
        latitude double precision, longitude double precision, note text,
        recorded_by_account_id uuid
      );
      create table rating (
        shipment_id uuid primary key references shipment on delete cascade,
        account_id uuid not null,
        stars int not null check (stars between 1 and 5),
        comment text,
        rated_at timestamptz(3) not null
      );
      create table shipment_comment (
        id uuid primary key,
        shipment_id uuid not null references shipment on delete cascade,
        account_id uuid not null,
        body text not null,
        internal boolean not null,
        created_at timestamptz(3) not null
      );
      create table shipment_import (
        shipment_id uuid primary key references shipment on delete cascade,
        source text not null,
        source_reference text not null,
        file text not null,
        line int not null,
        imported_at timestamptz(3) not null,
        mode text check (mode in ('AIR','AIR_CHARTER','TRUCK','OCEAN')),
        freight_cost_cents bigint, freight_cost_currency text, freight_cost_note text,
        weight_note text, inco_term text, vendor text,
        fingerprint text not null,
        original_row json not null,
        unique (source, source_reference)
      );
      create table shipment_request (
        account_id uuid not null,
        key text not null,
        fingerprint text not null,
        shipment_id uuid not null,
        created_at timestamptz(3) not null,
        primary key (account_id, key)
      );
      create table known_organization (organization_id uuid primary key);
    `);
    this.addSql(`
      -- Lists of all shipments, by status, by organization and by driver.
      create index shipment_created on shipment (created_at desc, id desc);
      create index shipment_status_created on shipment (status, created_at desc, id desc);
      create index shipment_organization_created on shipment (organization_id, created_at desc, id desc);
      create index shipment_driver_created on shipment (driver_id, created_at desc, id desc) where driver_id is not null;
      create index shipment_status_changed on shipment (status_changed_at desc, id desc);
      create index shipment_delivered on shipment (coalesce(delivered_at, '-infinity'::timestamptz) desc, id desc);
      create index shipment_value on shipment (coalesce(value_cents, -1) desc, id desc);
      -- Lanes.
      create index shipment_lane on shipment (lower(origin_city), lower(destination_city), created_at desc, id desc);
      create index shipment_destination_country on shipment (lower(destination_country), created_at desc, id desc);
      -- Ordered shipments that are not delivered are a small part of the table.
      create index shipment_promised_pickup on shipment (coalesce(pickup_from, 'infinity'::timestamptz), id) where status in ${promised};
      create index shipment_promised_delivery on shipment (coalesce(deliver_by, 'infinity'::timestamptz), id) where status in ${promised};
      create index shipment_delivered_late on shipment (created_at desc, id desc) where delivered_at > deliver_by;
      create index shipment_imported on shipment (created_at desc, id desc) where imported;
      -- Search by words and parts of references. With a long pending list the planner would scan the whole table.
      create index shipment_search on shipment using gin (search) with (gin_pending_list_limit = 128);
      create index shipment_reference_part on shipment using gin (reference public.gin_trgm_ops)
        with (gin_pending_list_limit = 128);
      create index shipment_comment_thread on shipment_comment (shipment_id, created_at, id);
    `);
  }
}
