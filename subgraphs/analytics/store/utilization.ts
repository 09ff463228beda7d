import type { EntityManager } from '#shared/database/database.ts';
import { query } from '#shared/database/query.ts';
import { always, type Sql, sql, uuids } from '#shared/database/sql.ts';
import type { DayRange } from '../domain/range.ts';
import { utcDay } from './activity.ts';

/** All drivers over a range. */
export interface CompanyUtilization {
  readonly activeDays: number;
  readonly busyDays: number;
  /** Hired within the range. */
  readonly hiredDrivers: number;
  /** Active on the last day of the range. */
  readonly activeDrivers: number;
}

/** Utilization of all drivers together, in one statement. @param range elapsed days only */
export async function companyUtilization(em: EntityManager, range: DayRange): Promise<CompanyUtilization> {
  const { from, until } = range;
  const [row] = await query<CompanyUtilization>(
    em,
    sql`select active.days as "activeDays", (finished.busy + under_way.busy)::int as "busyDays",
            finished.hired as "hiredDrivers", active.drivers as "activeDrivers"
       from (select coalesce(sum(activated * greatest(${until}::date + 1 - greatest(day, ${from}::date), 0)), 0)::int as days,
                    coalesce(sum(activated), 0)::int as drivers
               from fleet_day where activated <> 0 and day <= ${until}::date) as active,
            (select coalesce(sum(busy), 0) as busy, coalesce(sum(hired), 0)::int as hired
               from fleet_day where day between ${from}::date and ${until}::date) as finished,
            (select count(*) as busy from (${daysUnderWay(range, always)}) as days) as under_way`,
  );
  return row ?? { activeDays: 0, busyDays: 0, hiredDrivers: 0, activeDrivers: 0 };
}

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

/** Utilization of some drivers, in one statement. @param range elapsed days only */
export function utilizationOf(
  em: EntityManager,
  range: DayRange,
  driverIds: readonly string[],
): Promise<DriverUtilization[]> {
  const { from, until } = range;
  const among = sql`driver_id = any(${uuids(driverIds)})`;
  return query<DriverUtilization>(
    em,
    sql`select driver.driver_id as "driverId",
            (select coalesce(sum(upper(part) - lower(part)), 0)::int
               from unnest(driver.active * datemultirange(daterange(${from}::date, ${until}::date + 1))) as part) as "activeDays",
            (finished.busy + coalesce(under_way.busy, 0))::int as "busyDays", finished.deliveries, finished."deliveredOnTime"
       from driver_activity as driver
       cross join lateral (
         select count(*) filter (where loads_carried > 0 and day <@ driver.active) as busy,
                coalesce(sum(deliveries), 0)::int as deliveries, coalesce(sum(delivered_on_time), 0)::int as "deliveredOnTime"
           from driver_day where driver_id = driver.driver_id and day between ${from}::date and ${until}::date) as finished
       left join (select driver_id, count(*) as busy from (${daysUnderWay(range, among)}) as days group by driver_id) as under_way
         using (driver_id)
      where ${among} and driver.hired_on is not null`,
  );
}

/**
 * Active days in the range on which drivers had a load under way and no finished load. Finished loads were counted day by day when
 * they ended.
 */
function daysUnderWay({ from, until }: DayRange, among: Sql): Sql {
  const pickedUp = utcDay(sql`picked_up_at`);
  return sql`select distinct open.driver_id, open.first + count as day
       from (select driver_id, greatest(${pickedUp}, ${from}::date) as first
               from carriage where ended_at is null and ${among}) as open
       join driver_activity as activity using (driver_id)
       cross join lateral generate_series(0, ${until}::date - open.first) as count
      where open.first + count <@ activity.active
        and not exists (select from driver_day as finished where finished.driver_id = open.driver_id
                           and finished.day = open.first + count and finished.loads_carried > 0)`;
}
