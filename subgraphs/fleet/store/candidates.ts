import type { EntityManager } from '#shared/database/database.ts';
import { query } from '#shared/database/query.ts';
import { toMoment } from '#shared/database/rows.ts';
import { raw, type Sql, sql } from '#shared/database/sql.ts';
import { dutyDays } from '#shared/geo/hours-of-service.ts';
import { windowOf } from '../domain/assignment.ts';
import type { DriverCandidate, VehicleCandidate } from '../domain/candidate.ts';
import { spanAt } from '../domain/period.ts';
import type { Place } from '../domain/place.ts';
import type { Supply } from '../domain/supply.ts';
import { type Traces, whereaboutsOf } from '../domain/whereabouts.ts';
import type { Load } from '../entities.ts';

const dutyDaysMs = dutyDays * 86_400_000;

/** What fleet knows of the place of a driver or vehicle, as the driver of the database reads it. */
interface TraceRow {
  readonly home: Place;
  readonly beforeStops: Place[] | null;
  readonly beforeEndsAt: string | null;
  readonly beforeState: string | null;
  readonly seenLatitude: number | null;
  readonly seenLongitude: number | null;
  readonly seenAt: string | null;
}

const traceColumns = sql`load.stops as "beforeStops", before.ends_at as "beforeEndsAt", before.state as "beforeState",
  seen.latitude as "seenLatitude", seen.longitude as "seenLongitude", seen.seen_at as "seenAt"`;

/** An assignment that is planned and not stored. */
export interface PlannedAssignment {
  readonly shipmentId: string;
  readonly driverId: string;
  readonly vehicleId: string;
  readonly startsAt: Date;
  readonly endsAt: Date;
}

/** What candidates are sought for. */
export interface Search {
  readonly load: Load;
  readonly now: Date;
  /** They count like stored assignments. */
  readonly planned: readonly PlannedAssignment[];
}

/** The table of assignments, with the planned ones. */
function assignmentsWith(planned: readonly PlannedAssignment[]): Sql {
  if (planned.length === 0) return sql`assignment`;
  return sql`(select shipment_id, driver_id, vehicle_id, starts_at, ends_at, state from assignment
    union all select "shipmentId", "driverId", "vehicleId", "startsAt", "endsAt", 'ACTIVE'
    from jsonb_to_recordset(${JSON.stringify(planned)}::jsonb)
      as p ("shipmentId" uuid, "driverId" uuid, "vehicleId" uuid, "startsAt" timestamptz, "endsAt" timestamptz))`;
}

/**
 * The last assignment of a row `t` that starts before the window of the load ends. Assignments do not overlap: if this one ends
 * before the window, the row is free in it.
 */
function lastAssignment(column: 'driver_id' | 'vehicle_id', { load, planned }: Search): Sql {
  return sql`select a.shipment_id, a.ends_at, a.state from ${assignmentsWith(planned)} a
    where a.${raw(column)} = t.id and a.state <> 'RELEASED' and a.starts_at < ${windowOf(load).endsAt} order by a.starts_at desc limit 1`;
}

/** Joins the last assignment and the last position of each row `t`. */
function joinTraces(column: 'driver_id' | 'vehicle_id', search: Search): Sql {
  return sql`left join lateral (${lastAssignment(column, search)}) before on true
    left join load on load.shipment_id = before.shipment_id
    left join lateral (
      select p.latitude, p.longitude, p.seen_at from vehicle_place p where p.${raw(column)} = t.id
      order by p.seen_at desc limit 1
    ) seen on true`;
}

function tracesOf(row: TraceRow): Traces {
  const place = row.beforeStops?.at(-1);
  const freeAt = toMoment(row.beforeEndsAt);
  const at = toMoment(row.seenAt);
  const { seenLatitude: latitude, seenLongitude: longitude } = row;
  return {
    home: row.home,
    before: place && freeAt ? { place, freeAt, isDelivered: row.beforeState === 'COMPLETED' } : null,
    seen: at && latitude !== null && longitude !== null ? { latitude, longitude, at } : null,
  };
}

/** Holds if the last assignment is in the window of the load. */
function isBusy({ load }: Search): Sql {
  return sql`coalesce(before.ends_at > ${windowOf(load).startsAt}, false)`;
}

/** Active drivers trained for the load and free in its window, with the inputs of the recommendation. One statement. */
export async function freeDrivers(em: EntityManager, search: Search): Promise<DriverCandidate[]> {
  const { load, now } = search;
  const { startsAt } = windowOf(load);
  const since = new Date(Math.max(now.getTime(), startsAt.getTime()) - dutyDaysMs);
  const rows = await query<Omit<DriverCandidate, 'active' | 'at'> & TraceRow>(
    em,
    sql`select t.id, t.name, t.equipment, t.usual_vehicle_id as "usualVehicleId", t.home,
       coalesce(s.points, 0) as points, coalesce(duty.hours, 0)::float8 as "hoursOnDuty",
       coalesce(duty.is_open, false) as "isOnDuty", ${traceColumns}
     from driver t
     left join score_tally s
       on s.driver_id = t.id and s.period = 'ALL_TIME' and s.starts_at = ${spanAt('ALL_TIME', now).startsAt}
     left join lateral (
       select bool_or(ended_at is null) as is_open,
         sum(extract(epoch from greatest(interval '0', least(coalesce(ended_at, ${now}), ${now}) - greatest(started_at, ${since}))))
           / 3600 as hours
       from shift where driver_id = t.id and started_at <= ${now} and (ended_at is null or ended_at > ${since})
     ) duty on true
     ${joinTraces('driver_id', search)}
     where t.active and ${load.equipment} = any(t.equipment) and not ${isBusy(search)}`,
  );
  return rows.map((row) => ({
    id: row.id,
    name: row.name,
    active: true,
    equipment: row.equipment,
    usualVehicleId: row.usualVehicleId,
    points: row.points,
    hoursOnDuty: row.hoursOnDuty,
    isOnDuty: row.isOnDuty,
    at: whereaboutsOf(tracesOf(row), now),
  }));
}

/** Vehicles in service that can carry the load and are free in its window. One statement. */
export async function freeVehicles(em: EntityManager, search: Search): Promise<VehicleCandidate[]> {
  const { load, now } = search;
  const rows = await query<Omit<VehicleCandidate, 'active' | 'at'> & TraceRow>(
    em,
    sql`select t.id, t.plate, t.equipment, t.max_weight_kg as "maxWeightKg", t.max_volume_m3 as "maxVolumeM3", t.home,
        ${traceColumns}
      from vehicle t ${joinTraces('vehicle_id', search)}
      where t.active and t.equipment = ${load.equipment} and t.max_weight_kg >= ${load.weightKg}
        and t.max_volume_m3 >= ${load.volumeM3} and not ${isBusy(search)}`,
  );
  return rows.map((row) => ({
    id: row.id,
    plate: row.plate,
    active: true,
    equipment: row.equipment,
    maxWeightKg: row.maxWeightKg,
    maxVolumeM3: row.maxVolumeM3,
    at: whereaboutsOf(tracesOf(row), now),
  }));
}

/** Numbers of drivers and vehicles that do and do not fit a load. One statement. */
export async function supplyFor(em: EntityManager, search: Search): Promise<Supply> {
  const { load } = search;
  const isLargeEnough = sql`t.max_weight_kg >= ${load.weightKg} and t.max_volume_m3 >= ${load.volumeM3}`;
  const [supply] = await query<Supply>(
    em,
    sql`select d.*, v.* from
      (select count(*) filter (where not trained)::int as "untrainedDrivers",
          count(*) filter (where trained)::int as "trainedDrivers",
          count(*) filter (where trained and busy)::int as "busyDrivers"
        from (select ${load.equipment} = any(t.equipment) as trained, ${isBusy(search)} as busy
          from driver t left join lateral (${lastAssignment('driver_id', search)}) before on true where t.active) x) d,
      (select count(*)::int as "vehiclesOfEquipment", count(*) filter (where large)::int as "fittingVehicles",
          count(*) filter (where large and busy)::int as "busyVehicles"
        from (select ${isLargeEnough} as large, ${isBusy(search)} as busy
          from vehicle t left join lateral (${lastAssignment('vehicle_id', search)}) before on true
          where t.active and t.equipment = ${load.equipment}) y) v`,
  );
  if (!supply) throw new RangeError('a count has one row');
  return supply;
}
