import type { EntityManager } from '#shared/database/database.ts';
import { query } from '#shared/database/query.ts';
import { sql } from '#shared/database/sql.ts';
import type { EventPayload } from '#shared/events/topics.ts';

/** Projections of other subgraphs' records. Events may arrive twice, late, or before the event that they follow. */

export async function rememberVehicle(em: EntityManager, event: EventPayload<'vehicle.changed'>): Promise<void> {
  await query(
    em,
    sql`insert into vehicle (vehicle_id, active, changed_at) values (${event.vehicleId}, ${event.active}, ${event.at})
     on conflict (vehicle_id) do update set active = excluded.active, changed_at = excluded.changed_at
     where vehicle.changed_at <= excluded.changed_at`,
  );
}

export async function rememberDriver(em: EntityManager, event: EventPayload<'driver.changed'>): Promise<void> {
  await query(
    em,
    sql`insert into driver (driver_id, active, changed_at) values (${event.driverId}, ${event.active}, ${event.at})
     on conflict (driver_id) do update set active = excluded.active, changed_at = excluded.changed_at
     where driver.changed_at <= excluded.changed_at`,
  );
}

export async function rememberLoad(em: EntityManager, event: EventPayload<'shipment.booked'>): Promise<void> {
  const { origin, destination } = event;
  await query(
    em,
    sql`insert into load (shipment_id, organization_id, facts_version, origin_latitude, origin_longitude,
       destination_latitude, destination_longitude, distance_meters)
     values (${event.shipmentId}, ${event.organizationId}, ${event.version}, ${origin.latitude}, ${origin.longitude},
       ${destination.latitude}, ${destination.longitude}, ${event.distanceMeters})
     on conflict (shipment_id) do update set organization_id = excluded.organization_id,
       facts_version = excluded.facts_version,
       origin_latitude = excluded.origin_latitude, origin_longitude = excluded.origin_longitude,
       destination_latitude = excluded.destination_latitude, destination_longitude = excluded.destination_longitude,
       distance_meters = excluded.distance_meters
     where coalesce(load.facts_version, -1) <= excluded.facts_version`,
  );
}

interface Step {
  readonly shipmentId: string;
  readonly organizationId: string;
}

/** Stores when the load went on the road. The earliest time of several events applies. */
export async function rememberPickup(em: EntityManager, step: Step, at: string): Promise<void> {
  await query(
    em,
    sql`insert into load (shipment_id, organization_id, picked_up_at) values (${step.shipmentId}, ${step.organizationId}, ${at})
     on conflict (shipment_id) do update set organization_id = coalesce(load.organization_id, excluded.organization_id),
       picked_up_at = least(load.picked_up_at, excluded.picked_up_at)`,
  );
}

/** Stores the delivery or cancellation, after which no vehicle carries the load. */
export async function rememberEnd(em: EntityManager, step: Step, at: string): Promise<void> {
  await query(
    em,
    sql`insert into load (shipment_id, organization_id, ended_at) values (${step.shipmentId}, ${step.organizationId}, ${at})
     on conflict (shipment_id) do update set organization_id = coalesce(load.organization_id, excluded.organization_id),
       ended_at = least(load.ended_at, excluded.ended_at)`,
  );
}

export async function rememberAssignment(em: EntityManager, event: EventPayload<'assignment.created'>): Promise<void> {
  await query(
    em,
    sql`insert into assignment (assignment_id, shipment_id, driver_id, vehicle_id, assigned_at, starts_at)
     values (${event.assignmentId}, ${event.shipmentId}, ${event.driverId}, ${event.vehicleId}, ${event.at}, ${event.from})
     on conflict (assignment_id) do update set assigned_at = excluded.assigned_at, starts_at = excluded.starts_at`,
  );
}

/** If the release arrives before its assignment, the assignment adds its times later and stays released. */
export async function rememberRelease(em: EntityManager, event: EventPayload<'assignment.released'>): Promise<void> {
  await query(
    em,
    sql`insert into assignment (assignment_id, shipment_id, driver_id, vehicle_id, released_at) values (${event.assignmentId}, ${event.shipmentId}, ${event.driverId}, ${event.vehicleId}, ${event.at})
     on conflict (assignment_id) do update set released_at = coalesce(assignment.released_at, excluded.released_at)`,
  );
}
