import type { EntityManager } from '#shared/database/database.ts';
import { query } from '#shared/database/query.ts';
import { always, type Sql, sql, uuids } from '#shared/database/sql.ts';
import type { Day } from '../domain/day.ts';
import type { FleetDay } from '../domain/fold.ts';

/** The sums of some drivers by day, computed from their activity and their days. Busy days are counted on these days only. */
export function fleetDaysOf(
  em: EntityManager,
  driverIds: readonly string[],
  days: readonly Day[] | 'all days',
): Promise<FleetDay[]> {
  const among = sql`driver_id = any(${uuids(driverIds)})`;
  const on = days === 'all days' ? always : sql`day = any(${days}::date[])`;
  return query<FleetDay>(em, fleetDays(among, on));
}

/** The rows of `fleet_day` for some drivers. @param on condition on the days on which drivers carried a load */
export function fleetDays(among: Sql, on: Sql): Sql {
  return sql`select day, sum(hired)::int as hired, sum(activated)::int as activated, sum(busy)::int as busy from (
       select hired_on as day, 1 as hired, 0 as activated, 0 as busy from driver_activity
        where hired_on is not null and ${among}
       union all
       select lower(part), 0, 1, 0 from driver_activity, unnest(active) as part where ${among}
       union all
       select upper(part), 0, -1, 0 from driver_activity, unnest(active) as part where not upper_inf(part) and ${among}
       union all
       select day, 0, 0, 1 from driver_day join driver_activity using (driver_id)
        where loads_carried > 0 and day <@ active and ${among} and ${on}
     ) as share group by day`;
}
