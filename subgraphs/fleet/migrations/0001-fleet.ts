import { Migration } from '@mikro-orm/migrations';

export class CreateFleet extends Migration {
  up(): void {
    this.addSql(`
      create table vehicle (
        id uuid primary key,
        plate text not null unique,
        make text not null,
        model_year int not null,
        equipment text not null,
        max_weight_kg double precision not null check (max_weight_kg > 0),
        max_volume_m3 double precision not null check (max_volume_m3 > 0),
        home jsonb not null,
        active boolean not null default true,
        retired_at timestamptz,
        version int not null default 1,
        created_at timestamptz not null
      );
      create index vehicle_created on vehicle (created_at desc, id desc);

      create table driver (
        id uuid primary key,
        account_id uuid unique,
        name text not null,
        phone text not null,
        license_number text not null unique,
        license_classes text[] not null,
        equipment text[] not null,
        home jsonb not null,
        usual_vehicle_id uuid references vehicle,
        hired_at timestamptz not null,
        active boolean not null default true,
        deactivated_at timestamptz,
        version int not null default 1,
        created_at timestamptz not null
      );
      create index driver_name on driver (name, id);
      create index driver_hired on driver (hired_at desc, id desc);

      create table shift (
        id uuid primary key,
        driver_id uuid not null references driver,
        vehicle_id uuid references vehicle,
        started_at timestamptz not null,
        ended_at timestamptz check (ended_at > started_at)
      );
      create unique index shift_one_open_per_driver on shift (driver_id) where ended_at is null;
      create index shift_of_driver on shift (driver_id, started_at desc, id desc);

      create table load (
        shipment_id uuid primary key,
        reference text not null,
        organization_id uuid not null,
        equipment text not null,
        weight_kg double precision not null,
        volume_m3 double precision not null,
        distance_meters double precision not null,
        stops jsonb not null,
        pickup_from timestamptz not null,
        deliver_by timestamptz not null,
        booked_at timestamptz not null,
        version int not null
      );
      create table load_state (
        shipment_id uuid primary key,
        state text not null default 'BOOKED',
        state_at timestamptz,
        risk text not null default 'PENDING',
        risk_at timestamptz
      );

      create table assignment (
        id uuid primary key,
        shipment_id uuid not null,
        organization_id uuid not null,
        driver_id uuid not null,
        vehicle_id uuid not null,
        starts_at timestamptz not null,
        ends_at timestamptz not null,
        state text not null check (state in ('ACTIVE', 'COMPLETED', 'RELEASED')),
        assigned_by_account_id uuid not null,
        assigned_at timestamptz not null,
        completed_at timestamptz,
        on_time boolean,
        released_at timestamptz,
        release_reason text,
        check (ends_at > starts_at),
        check ((state = 'COMPLETED') = (completed_at is not null)),
        check ((state = 'RELEASED') = (released_at is not null and release_reason is not null))
      );
      alter table assignment add constraint assignment_driver foreign key (driver_id) references driver,
        add constraint assignment_vehicle foreign key (vehicle_id) references vehicle;
      alter table assignment add constraint assignment_driver_busy
        exclude using gist (driver_id with =, tstzrange(starts_at, ends_at) with &&) where (state <> 'RELEASED');
      alter table assignment add constraint assignment_vehicle_busy
        exclude using gist (vehicle_id with =, tstzrange(starts_at, ends_at) with &&) where (state <> 'RELEASED');
      create unique index assignment_one_per_shipment on assignment (shipment_id) where state <> 'RELEASED';
      create index assignment_of_shipment on assignment (shipment_id, assigned_at desc);
      create index assignment_of_driver on assignment (driver_id, starts_at desc, id desc);
      create index assignment_of_vehicle on assignment (vehicle_id, starts_at desc, id desc);
      create index assignment_of_organization on assignment (organization_id, driver_id, vehicle_id);
      create index assignment_by_start on assignment (starts_at desc, id desc);
      create index assignment_active on assignment (starts_at desc, id desc) where state = 'ACTIVE';
      create table incident (
        id uuid primary key,
        driver_id uuid not null references driver,
        vehicle_id uuid references vehicle,
        shipment_id uuid,
        kind text not null,
        severity text not null,
        description text not null,
        occurred_at timestamptz not null,
        reported_by_account_id uuid,
        reported_at timestamptz not null
      );
      create index incident_of_driver on incident (driver_id, occurred_at desc, id desc);

      create table rating (
        shipment_id uuid primary key,
        driver_id uuid not null references driver,
        stars int not null check (stars between 1 and 5),
        rated_at timestamptz not null
      );

      create table score_tally (
        period text not null,
        starts_at timestamptz not null,
        driver_id uuid not null references driver,
        deliveries int not null,
        on_time int not null,
        ratings int not null,
        stars int not null,
        incidents int not null,
        distance_meters double precision not null,
        transit_seconds double precision not null,
        points int not null,
        primary key (driver_id, period, starts_at)
      );
      create index score_tally_board on score_tally (period, starts_at, points desc, driver_id desc);

      create table badge (
        driver_id uuid not null references driver,
        kind text not null,
        earned_at timestamptz not null,
        rule text not null,
        evidence text not null,
        primary key (driver_id, kind)
      );

      create table reward_account (
        driver_id uuid primary key references driver,
        balance int not null,
        earned int not null default 0,
        forfeited int not null default 0,
        redeemed int not null default 0,
        constraint reward_account_not_negative check (balance >= 0),
        constraint reward_account_adds_up check (balance = earned - forfeited - redeemed)
      );
      create table reward_entry (
        id uuid primary key,
        driver_id uuid not null references driver,
        kind text not null check (kind in ('EARNED', 'FORFEITED', 'REDEEMED')),
        points int not null check (points <> 0),
        amount_cents int,
        shipment_id uuid,
        incident_id uuid,
        note text not null,
        at timestamptz not null
      );
      create index reward_entry_of_driver on reward_entry (driver_id, at desc, id desc);

      create table idempotency (
        account_id uuid not null,
        key text not null,
        fingerprint text not null,
        entity_id uuid not null,
        created_at timestamptz not null default now(),
        primary key (account_id, key)
      );
    `);
  }
}
