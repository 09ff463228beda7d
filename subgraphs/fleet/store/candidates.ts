import type { EntityManager } from '#shared/database/database.ts';
import { dutyDays } from '#shared/geo/hours-of-service.ts';
import type { Equipment } from '#shared/vocabulary.ts';
import { windowOf } from '../domain/assignment.ts';
import { spanAt } from '../domain/period.ts';
import type { Place } from '../domain/place.ts';
import type { DriverCandidate, VehicleCandidate } from '../domain/recommendation.ts';
import type { Load } from '../entities.ts';

const dutyDaysMs = dutyDays * 86_400_000;

interface DriverRow {
  readonly id: string;
  readonly name: string;
  readonly equipment: Equipment[];
  readonly usual_vehicle_id: string | null;
  readonly home: Place;
  readonly points: number;
  readonly hours: number;
  readonly before_stops: Place[] | null;
  readonly before_ends_at: string | null;
}

/** Active drivers trained for the load and free in its window, with what speaks for them; one statement. */
export async function freeDrivers(em: EntityManager, load: Load, now: Date): Promise<DriverCandidate[]> {
  const { startsAt, endsAt } = windowOf(load);
  const since = new Date(now.getTime() - dutyDaysMs);
  const rows = await em.execute<DriverRow[]>(
    `select d.id, d.name, d.equipment, d.usual_vehicle_id, d.home, coalesce(s.points, 0) as points,
       coalesce(duty.hours, 0)::double precision as hours, before.stops as before_stops, before.ends_at as before_ends_at
     from driver d
     left join score_tally s on s.driver_id = d.id and s.period = 'ALL_TIME' and s.starts_at = ?
     left join lateral (
       select sum(extract(epoch from least(coalesce(ended_at, ?::timestamptz), ?::timestamptz)
         - greatest(started_at, ?::timestamptz))) / 3600 as hours
       from shift where driver_id = d.id and started_at < ?::timestamptz and coalesce(ended_at, ?::timestamptz) > ?::timestamptz
     ) duty on true
     left join lateral (
       select l.stops, a.ends_at from assignment a join load l using (shipment_id)
       where a.driver_id = d.id and a.state <> 'RELEASED' and a.ends_at <= ? order by a.starts_at desc limit 1
     ) before on true
     where d.active and ? = any(d.equipment) and not exists (
       select 1 from assignment a where a.driver_id = d.id and a.state <> 'RELEASED'
         and tstzrange(a.starts_at, a.ends_at) && tstzrange(?, ?))`,
    [spanAt('ALL_TIME', now).startsAt, now, now, since, now, now, since, startsAt, load.equipment, startsAt, endsAt],
  );
  return rows.map(toCandidate);
}

function toCandidate(row: DriverRow): DriverCandidate {
  const place = row.before_stops?.at(-1);
  return {
    id: row.id,
    name: row.name,
    active: true,
    equipment: row.equipment,
    usualVehicleId: row.usual_vehicle_id,
    home: row.home,
    before: place && row.before_ends_at ? { place, freeAt: new Date(row.before_ends_at) } : null,
    points: row.points,
    hoursOnDuty: row.hours,
  };
}

interface VehicleRow {
  readonly id: string;
  readonly plate: string;
  readonly equipment: Equipment;
  readonly max_weight_kg: number;
  readonly max_volume_m3: number;
  readonly home: Place;
}

/** Vehicles in service that can carry the load and are free in its window; one statement. */
export async function freeVehicles(em: EntityManager, load: Load): Promise<VehicleCandidate[]> {
  const { startsAt, endsAt } = windowOf(load);
  const rows = await em.execute<VehicleRow[]>(
    `select v.id, v.plate, v.equipment, v.max_weight_kg, v.max_volume_m3, v.home from vehicle v
     where v.active and v.equipment = ? and v.max_weight_kg >= ? and v.max_volume_m3 >= ? and not exists (
       select 1 from assignment a where a.vehicle_id = v.id and a.state <> 'RELEASED'
         and tstzrange(a.starts_at, a.ends_at) && tstzrange(?, ?))`,
    [load.equipment, load.weightKg, load.volumeM3, startsAt, endsAt],
  );
  return rows.map((row) => ({
    id: row.id,
    plate: row.plate,
    active: true,
    equipment: row.equipment,
    maxWeightKg: row.max_weight_kg,
    maxVolumeM3: row.max_volume_m3,
    home: row.home,
  }));
}
