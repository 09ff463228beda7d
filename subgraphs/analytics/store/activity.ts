import type { EntityManager } from '#shared/database/database.ts';
import { query } from '#shared/database/query.ts';
import { type Sql, sql, uuids } from '#shared/database/sql.ts';

/** The UTC day of an instant. */
export const utcDay = (instant: Sql) => sql`((${instant}) at time zone 'UTC')::date`;

const starts = utcDay(sql`starts`);
const lastInstant = utcDay(sql`ends - interval '1 millisecond'`);

/**
 * The rows of `driver_activity` for some drivers, computed from their changes. Each change applies until the next one. Before the
 * first known change, its state applies from the day of hiring on.
 */
export function activityOf(among: Sql): Sql {
  return sql`with span as (
       select driver_id, active, last_value(hired_at) over whole as hired_at,
              case when row_number() over ordered = 1 then last_value(hired_at) over whole
                   else greatest(at, last_value(hired_at) over whole) end as starts,
              lead(at) over ordered as ends
         from driver_change where ${among}
       window ordered as (partition by driver_id order by at),
              whole as (partition by driver_id order by at rows between unbounded preceding and unbounded following)
     )
     select driver_id, max(${utcDay(sql`hired_at`)}) as hired_on,
            coalesce(range_agg(daterange(${starts}, ${lastInstant}, '[]'))
                     filter (where active and (ends is null or starts < ends)), '{}') as active
       from span group by driver_id`;
}

/** Tells the triggers of `driver_day` and `driver_change` that this transaction keeps `fleet_day`. */
export const keepingFleetDays = sql`set_config('analytics.fleet_days', 'kept', true)`;

/**
 * Locks drivers until the end of the transaction, which must keep `fleet_day`. A driver without known changes has no active days.
 */
export async function lockDrivers(em: EntityManager, driverIds: readonly string[]): Promise<void> {
  await query(
    em,
    sql`insert into driver_activity (driver_id) select id from unnest(${uuids(driverIds)}) as id order by id
       on conflict (driver_id) do update set driver_id = excluded.driver_id returning ${keepingFleetDays}`,
  );
}

/** Computes the activity of drivers anew, after their changes have been stored. */
export async function refreshActivity(em: EntityManager, driverIds: readonly string[]): Promise<void> {
  await query(
    em,
    sql`update driver_activity set hired_on = news.hired_on, active = news.active
       from (${activityOf(sql`driver_id = any(${uuids(driverIds)})`)}) as news
      where driver_activity.driver_id = news.driver_id`,
  );
}
