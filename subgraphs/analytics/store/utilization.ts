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
  /** Hired within the range. */
  readonly hiredWithin: boolean;
  /** Active on the last day of the range. */
  readonly activeAtEnd: boolean;
}

const utcDay = (instant: Sql) => sql`((${instant}) at time zone 'UTC')::date`;

const starts = utcDay(sql`starts`);
const lastInstant = utcDay(sql`ends - interval '1 millisecond'`);
const pickedUp = utcDay(sql`picked_up_at`);
const hired = utcDay(sql`driver.hired_at`);

/**
 * Utilization of some drivers, or of all, in one statement. The latest change before a moment defines whether a driver is
 * active. Before the first known change, its state applies from the day of hiring on. Loads under way count until today.
 * Finished loads were counted day by day when they ended.
 */
export function utilizationOf(
  em: EntityManager,
  { from, until }: DayRange,
  now: Date,
  driverIds?: readonly string[],
): Promise<DriverUtilization[]> {
  const among = driverIds ? sql`driver_id = any(${driverIds}::uuid[])` : always;
  return query<DriverUtilization>(
    em,
    sql`with span as (
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
     ), done as (
       select driver_id, sum(deliveries) as deliveries, sum(delivered_on_time) as delivered_on_time
         from driver_day where day between ${from}::date and ${until}::date and ${among} group by driver_id
     )
     select driver_id as "driverId",
            (select coalesce(sum(upper(part) - lower(part)), 0)
               from unnest(driver.active * datemultirange(daterange(${from}::date, greatest(${until}::date + 1, ${from}::date)))) as part)
              ::int as "activeDays",
            coalesce(busy_count.days, 0)::int as "busyDays",
            coalesce(done.deliveries, 0)::int as deliveries,
            coalesce(done.delivered_on_time, 0)::int as "deliveredOnTime",
            ${hired} between ${from}::date and ${until}::date as "hiredWithin",
            ${until}::date <@ driver.active as "activeAtEnd"
       from driver left join busy_count using (driver_id) left join done using (driver_id)`,
  );
}
