import { Migration } from '@mikro-orm/migrations';

/** Times have milliseconds, as in JavaScript, so that equal instants have equal values and cursors are exact. */
const reading = `
  latitude double precision not null check (latitude between -90 and 90),
  longitude double precision not null check (longitude between -180 and 180),
  accuracy_meters real not null,
  speed_meters_per_second real,
  heading_degrees real,
  sequence int,
  received_at timestamptz(3) not null`;

export class CreateTracking extends Migration {
  up(): void {
    this.addSql(projections);
    this.addSql(positions);
    this.addSql(partitions);
    this.addSql(geofences);
  }
}

/** Projections of other subgraphs' records, from their events. */
const projections = `
  create table vehicle (vehicle_id uuid primary key, active boolean not null, changed_at timestamptz(3) not null);
  create table driver (driver_id uuid primary key, active boolean not null, changed_at timestamptz(3) not null);

  create table load (
    shipment_id uuid primary key,
    organization_id uuid,
    facts_version int,
    origin_latitude double precision, origin_longitude double precision,
    destination_latitude double precision, destination_longitude double precision,
    distance_meters double precision,
    picked_up_at timestamptz(3),
    ended_at timestamptz(3)
  );
  create index load_on_the_road on load (organization_id, shipment_id) where picked_up_at is not null and ended_at is null;

  create table assignment (
    assignment_id uuid primary key,
    shipment_id uuid not null,
    driver_id uuid not null,
    vehicle_id uuid not null,
    assigned_at timestamptz(3),
    starts_at timestamptz(3),
    released_at timestamptz(3)
  );
  create index assignment_shipment on assignment (shipment_id);
  create index assignment_vehicle on assignment (vehicle_id, starts_at desc);
  create index assignment_driver on assignment (driver_id, starts_at desc);

  create view carriage as
    select a.assignment_id, a.shipment_id, l.organization_id, a.driver_id, a.vehicle_id,
      greatest(l.picked_up_at, a.assigned_at) as from_at,
      least(l.ended_at, a.released_at) as to_at
    from assignment a join load l using (shipment_id)
    where l.picked_up_at is not null
      and (a.released_at is null or a.released_at > greatest(l.picked_up_at, a.assigned_at));
  comment on view carriage is 'Which vehicle and driver carried a shipment from when to when (null = still); times of the road only.';`;

const positions = `
  create table position_history (
    vehicle_id uuid not null,
    recorded_at timestamptz(3) not null,
    driver_id uuid,
    ${reading},
    primary key (vehicle_id, recorded_at)
  ) partition by range (recorded_at);
  create index position_history_driver on position_history (driver_id, recorded_at) where driver_id is not null;

  create table vehicle_position (
    vehicle_id uuid primary key,
    recorded_at timestamptz(3) not null,
    driver_id uuid,
    ${reading}
  ) with (fillfactor = 70);
  create table driver_position (
    driver_id uuid primary key,
    recorded_at timestamptz(3) not null,
    vehicle_id uuid not null,
    ${reading}
  ) with (fillfactor = 70);`;

/**
 * Creates partitions up to the month after the newest position, so that the first position of a month finds its partition.
 * A new partition is attached instead of created in place, because attaching does not block readers and writers of others.
 */
const partitions = `
  create function ensure_position_partitions(first timestamptz, last timestamptz) returns void language plpgsql as $body$
  declare
    month date := date_trunc('month', first at time zone 'UTC')::date;
    name text;
  begin
    while month <= date_trunc('month', last at time zone 'UTC') + interval '1 month' loop
      name := 'position_history_' || to_char(month, 'YYYY_MM');
      if to_regclass(quote_ident(current_schema()) || '.' || name) is null then
        perform pg_advisory_xact_lock(hashtext('position_history'));
        if to_regclass(quote_ident(current_schema()) || '.' || name) is null then
          execute format('create table %I (like position_history including all)', name);
          execute format('alter table position_history attach partition %I for values from (%L) to (%L)',
            name, month || ' 00:00:00+00', (month + interval '1 month')::date || ' 00:00:00+00');
        end if;
      end if;
      month := month + interval '1 month';
    end loop;
  end $body$;

  create function drop_position_partitions(before timestamptz) returns int language plpgsql as $body$
  declare
    child record;
    dropped int := 0;
  begin
    for child in
      select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
      where i.inhparent = 'position_history'::regclass
        and to_date(right(c.relname, 7), 'YYYY_MM') + interval '1 month' <= before at time zone 'UTC'
    loop
      execute format('drop table %I', child.relname);
      dropped := dropped + 1;
    end loop;
    return dropped;
  end $body$;`;

const geofences = `
  create table geofence (
    id uuid primary key,
    name text not null,
    area jsonb not null,
    hysteresis_meters double precision not null,
    version int not null check (version > 0),
    created_at timestamptz(3) not null,
    updated_at timestamptz(3) not null
  );
  create index geofence_name on geofence (name, id);

  create table geofence_area (geofence_id uuid not null references geofence on delete cascade, bounds box not null);
  create index geofence_area_geofence on geofence_area (geofence_id);
  create index geofence_area_bounds on geofence_area using gist (bounds);

  create table geofence_request (
    account_id uuid not null,
    idempotency_key text not null,
    request_hash text not null,
    geofence_id uuid not null,
    created_at timestamptz(3) not null,
    primary key (account_id, idempotency_key)
  );

  create table geofence_presence (
    vehicle_id uuid not null,
    geofence_id uuid not null references geofence on delete cascade,
    since timestamptz(3) not null,
    primary key (vehicle_id, geofence_id)
  );
  create index geofence_presence_geofence on geofence_presence (geofence_id);

  create table geofence_event (
    id uuid primary key,
    geofence_id uuid references geofence on delete set null,
    geofence_name text not null,
    vehicle_id uuid not null,
    driver_id uuid,
    kind text not null check (kind in ('ENTER', 'EXIT')),
    occurred_at timestamptz(3) not null,
    latitude double precision not null,
    longitude double precision not null
  );
  create index geofence_event_time on geofence_event (occurred_at desc, id desc);
  create index geofence_event_geofence on geofence_event (geofence_id, occurred_at desc, id desc);
  create index geofence_event_vehicle on geofence_event (vehicle_id, occurred_at desc, id desc);`;
