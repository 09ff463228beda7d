import type { EntityManager } from '#shared/database/database.ts';
import type { DayRange } from '../domain/range.ts';
import { arrayLiteral } from './columns.ts';

/** One driver over a range. */
export interface DriverUtilization {
  readonly driverId: string;
  /** Days on which the driver was hired and active at some moment. */
  readonly activeDays: number;
  /** Those of them on which the driver had at least one load on the truck. */
  readonly busyDays: number;
  readonly deliveries: number;
  readonly deliveredOnTime: number;
  /** Hired within the range. */
  readonly hiredWithin: boolean;
  /** Active on the last day of the range. */
  readonly activeAtEnd: boolean;
}

const utcDay = (instant: string) => `((${instant}) at time zone 'UTC')::date`;

/**
 * Utilization of some drivers, or of all, in one statement. A driver is in the state of the latest change before a
 * moment, and before the first known change in that one's state, from the day of hiring on. Loads under way count until
 * today; finished ones were counted day by day when they ended.
 */
export async function utilizationOf(
  em: EntityManager,
  { from, until }: DayRange,
  now: Date,
  driverIds?: readonly string[],
): Promise<DriverUtilization[]> {
  const only = (column: string) => (driverIds ? `and ${column} = any(?::uuid[])` : '');
  const ids = driverIds ? [arrayLiteral(driverIds)] : [];
  const rows = await em.execute<({ driverId: string } & Record<string, string | boolean>)[]>(
    `with span as (
       select driver_id, active, last_value(hired_at) over whole as hired_at,
              case when row_number() over ordered = 1 then last_value(hired_at) over whole
                   else greatest(at, last_value(hired_at) over whole) end as starts,
              least(lead(at) over ordered, ?::timestamptz) as ends
         from driver_change where true ${only('driver_id')}
       window ordered as (partition by driver_id order by at),
              whole as (partition by driver_id order by at rows between unbounded preceding and unbounded following)
     ), driver as (
       select driver_id, max(hired_at) as hired_at,
              coalesce(range_agg(daterange(${utcDay('starts')}, ${utcDay("ends - interval '1 millisecond'")}, '[]'))
                       filter (where active and starts < ends), '{}') as active
         from span group by driver_id
     ), busy as (
       select driver_id, day from driver_day
        where loads_carried > 0 and day between ?::date and ?::date ${only('driver_id')}
       union
       select driver_id, first + count
         from (select driver_id, greatest(${utcDay('picked_up_at')}, ?::date) as first
                 from carriage where ended_at is null ${only('driver_id')}) as open,
              generate_series(0, least(${utcDay('?::timestamptz')}, ?::date) - first) as count
     ), busy_count as (
       select driver_id, count(*) as days from busy join driver using (driver_id)
        where busy.day <@ driver.active group by driver_id
     ), done as (
       select driver_id, sum(deliveries) as deliveries, sum(delivered_on_time) as delivered_on_time
         from driver_day where day between ?::date and ?::date ${only('driver_id')} group by driver_id
     )
     select driver_id as "driverId",
            (select coalesce(sum(upper(part) - lower(part)), 0)
               from unnest(driver.active * datemultirange(daterange(?::date, greatest(?::date + 1, ?::date)))) as part)
              as "activeDays",
            coalesce(busy_count.days, 0) as "busyDays",
            coalesce(done.deliveries, 0) as deliveries, coalesce(done.delivered_on_time, 0) as "deliveredOnTime",
            ${utcDay('driver.hired_at')} between ?::date and ?::date as "hiredWithin",
            ?::date <@ driver.active as "activeAtEnd"
       from driver left join busy_count using (driver_id) left join done using (driver_id)`,
    [
      ...[now, ...ids],
      ...[from, until, ...ids],
      ...[from, ...ids, now, until],
      ...[from, until, ...ids],
      ...[from, until, from],
      ...[from, until, until],
    ],
  );
  return rows.map((row) => ({
    driverId: row.driverId,
    activeDays: Number(row['activeDays']),
    busyDays: Number(row['busyDays']),
    deliveries: Number(row['deliveries']),
    deliveredOnTime: Number(row['deliveredOnTime']),
    hiredWithin: row['hiredWithin'] === true,
    activeAtEnd: row['activeAtEnd'] === true,
  }));
}
