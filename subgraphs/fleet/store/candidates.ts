import type { EntityManager } from '#shared/database/database.ts';
import { query } from '#shared/database/query.ts';
import { toMoment } from '#shared/database/rows.ts';
import { sql } from '#shared/database/sql.ts';
import { dutyDays } from '#shared/geo/hours-of-service.ts';
import type { Equipment } from '#shared/vocabulary.ts';
import { windowOf } from '../domain/assignment.ts';
import { spanAt } from '../domain/period.ts';
import type { Place } from '../domain/place.ts';
import type { DriverCandidate, VehicleCandidate } from '../domain/recommendation.ts';
import type { Load } from '../entities.ts';
import { vehicleRows } from './rows.ts';

const dutyDaysMs = dutyDays * 86_400_000;

interface DriverRow {
  readonly id: string;
  readonly name: string;
  readonly equipment: Equipment[];
  readonly usualVehicleId: string | null;
  readonly home: Place;
  readonly points: number;
  readonly hoursOnDuty: number;
  readonly beforeStops: Place[] | null;
  readonly beforeEndsAt: string | null;
}

/** Active drivers trained for the load and free in its window, with the inputs of the recommendation. One statement. */
export async function freeDrivers(em: EntityManager, load: Load, now: Date): Promise<DriverCandidate[]> {
  const { startsAt, endsAt } = windowOf(load);
  const since = new Date(now.getTime() - dutyDaysMs);
  const rows = await query<DriverRow>(
    em,
    sql`select d.id, d.name, d.equipment, d.usual_vehicle_id as "usualVehicleId", d.home,
       coalesce(s.points, 0) as points, coalesce(duty.hours, 0)::float8 as "hoursOnDuty",
       before.stops as "beforeStops", before.ends_at as "beforeEndsAt"
     from driver d
     left join score_tally s
       on s.driver_id = d.id and s.period = 'ALL_TIME' and s.starts_at = ${spanAt('ALL_TIME', now).startsAt}
     left join lateral (
       select sum(extract(epoch from least(coalesce(ended_at, ${now}), ${now}) - greatest(started_at, ${since}))) / 3600 as hours
       from shift where driver_id = d.id and started_at < ${now} and coalesce(ended_at, ${now}) > ${since}
     ) duty on true
     left join lateral (
       select l.stops, a.ends_at from assignment a join load l using (shipment_id)
       where a.driver_id = d.id and a.state <> 'RELEASED' and a.ends_at <= ${startsAt} order by a.starts_at desc limit 1
     ) before on true
     where d.active and ${load.equipment} = any(d.equipment) and not exists (
       select 1 from assignment a where a.driver_id = d.id and a.state <> 'RELEASED'
         and tstzrange(a.starts_at, a.ends_at) && tstzrange(${startsAt}, ${endsAt}))`,
  );
  return rows.map(toCandidate);
}

function toCandidate({ beforeStops, beforeEndsAt, ...row }: DriverRow): DriverCandidate {
  const place = beforeStops?.at(-1);
  const freeAt = toMoment(beforeEndsAt);
  return { ...row, active: true, before: place && freeAt ? { place, freeAt } : null };
}

/** Vehicles in service that can carry the load and are free in its window. One statement. */
export async function freeVehicles(em: EntityManager, load: Load): Promise<VehicleCandidate[]> {
  const { startsAt, endsAt } = windowOf(load);
  return vehicleRows.read(
    em,
    sql`select ${vehicleRows.columns('t')} from vehicle t
      where t.active and t.equipment = ${load.equipment} and t.max_weight_kg >= ${load.weightKg}
        and t.max_volume_m3 >= ${load.volumeM3} and not exists (
          select 1 from assignment a where a.vehicle_id = t.id and a.state <> 'RELEASED'
            and tstzrange(a.starts_at, a.ends_at) && tstzrange(${startsAt}, ${endsAt}))`,
  );
}
