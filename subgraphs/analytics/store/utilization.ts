import type { EntityManager } from '#shared/database/database.ts';
import { query } from '#shared/database/query.ts';
import { always, type Sql, sql } from '#shared/database/sql.ts';
import type { DayRange } from '../domain/range.ts';

/** One driver over a range. */
export interface DriverUtilization {
  readonly driverId: string;
  /** Days on which the driver was employed and active at some time. */
  readonly activeDays: number;
  /** Active days on which the driver had at least one load on the truck. */
  readonly busyDays: number;
  readonly deliveries: number;
  readonly deliveredOnTime: number;
}

const utcDay = (instant: Sql) => sql`((${instant}) at time zone 'UTC')::date`;

const starts = utcDay(sql`starts`);
const lastInstant = utcDay(sql`ends - interval '1 millisecond'`);
const pickedUp = utcDay(sql`picked_up_at`);
const hired = utcDay(sql`driver.hired_at`);

/** All drivers over a range. */
export interface CompanyUtilization {
  readonly activeDays: number;
  readonly busyDays: number;
  /** Hired within the range. */
  readonly hiredDrivers: number;
  /** Active on the last day of the range. */
  readonly activeDrivers: number;
}

/** Utilization of all drivers together, in one statement. */
export async function companyUtilization(em: EntityManager, range: DayRange, now: Date): Promise<CompanyUtilization> {
  const { from, until } = range;
  const [row] = await query<CompanyUtilization>(
    em,
    sql`with ${busyAndActive(range, now, always)}
     select coalesce(sum(${activeDaysIn(range)}), 0)::int as "activeDays",
            coalesce(sum(busy_count.days), 0)::int as "busyDays",
            (count(*) filter (where ${hired} between ${from}::date and ${until}::date))::int as "hiredDrivers",
            (count(*) filter (where ${until}::date <@ driver.active))::int as "activeDrivers"
       from driver left join busy_count using (driver_id)`,
  );
  return row ?? { activeDays: 0, busyDays: 0, hiredDrivers: 0, activeDrivers: 0 };
}

/** Utilization of some drivers, in one statement. */
export function utilizationOf(
  em: EntityManager,
  range: DayRange,
  now: Date,
  driverIds: readonly string[],
): Promise<DriverUtilization[]> {
  const { from, until } = range;
  const among = sql`driver_id = any(${driverIds}::uuid[])`;
  return query<DriverUtilization>(
    em,
    sql`with ${busyAndActive(range, now, among)}, done as (
       select driver_id, sum(deliveries) as deliveries, sum(delivered_on_time) as delivered_on_time
         from driver_day where day between ${from}::date and ${until}::date and ${among} group by driver_id
     )
     select driver_id as "driverId",
            ${activeDaysIn(range)}::int as "activeDays",
            coalesce(busy_count.days, 0)::int as "busyDays",
            coalesce(done.deliveries, 0)::int as deliveries,
            coalesce(done.delivered_on_time, 0)::int as "deliveredOnTime"
       from driver left join busy_count using (driver_id) left join done using (driver_id)`,
  );
}

/** The days of a driver's activity in a range. */
function activeDaysIn({ from, until }: DayRange): Sql {
  return sql`(select coalesce(sum(upper(part) - lower(part)), 0)
    from unnest(driver.active * datemultirange(daterange(${from}::date, greatest(${until}::date + 1, ${from}::date)))) as part)`;
}

/**
 * The table expressions `driver` (days of activity) and `busy_count` (busy days in the range). The latest change before a moment defines
 * whether a driver is active. Before the first known change, its state applies from the day of hiring on. Loads under way count until
 * today. Finished loads were counted day by day when they ended.
 */
function busyAndActive({ from, until }: DayRange, now: Date, among: Sql): Sql {
  return sql`span as (
       select driver_id, active, last_value(hired_at) over whole as hired_at,
              case when row_number() over ordered = 1 then last_value(hired_at) over whole
                   else greatest(at, last_value(hired_at) over whole) end as starts,
              least(lead(at) over ordered, ${now}::timestamptz) as ends
         from driver_change where ${among}
       window ordered as (partition by driver_id order by at),
              whole as (partition by driver_id order by at rows between unbounded preceding and unbounded following)
     ), driver as (
       select driver_id, max(hired_at) as hired_at,
              coalesce(range_agg(daterange(${starts}, ${lastInstant}, '[]'))
                       filter (where active and starts < ends), '{}') as active
         from span group by driver_id
     ), busy as (
       select driver_id, day from driver_day
        where loads_carried > 0 and day between ${from}::date and ${until}::date and ${among}
       union
       select driver_id, first + count
         from (select driver_id, greatest(${pickedUp}, ${from}::date) as first
                 from carriage where ended_at is null and ${among}) as open,
              generate_series(0, least(${utcDay(sql`${now}::timestamptz`)}, ${until}::date) - first) as count
     ), busy_count as (
       select driver_id, count(*) as days from busy join driver using (driver_id)
        where busy.day <@ driver.active group by driver_id
     )`;
}
