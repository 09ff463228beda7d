import { Migration } from '@mikro-orm/migrations';

/** Adds the days of activity of each driver, and sums of all drivers by day. Both are filled from the rows of earlier releases. */
export class AddFleetDays extends Migration {
  up(): void {
    this.addSql(`
      create table driver_activity (
        driver_id uuid primary key,
        hired_on date,
        active datemultirange not null default '{}'
      );
      create table fleet_day (
        day date primary key,
        hired bigint not null default 0,
        activated bigint not null default 0,
        busy bigint not null default 0
      );
      -- The number of active drivers is the sum of all changes up to a day. Few days have one.
      create index fleet_day_activated on fleet_day (day) include (activated) where activated <> 0;

      insert into driver_activity (driver_id, hired_on, active)
        with span as (
          select driver_id, active, last_value(hired_at) over whole as hired_at,
                 case when row_number() over ordered = 1 then last_value(hired_at) over whole
                      else greatest(at, last_value(hired_at) over whole) end as starts,
                 lead(at) over ordered as ends
            from driver_change
          window ordered as (partition by driver_id order by at),
                 whole as (partition by driver_id order by at rows between unbounded preceding and unbounded following)
        )
        select driver_id, max((hired_at at time zone 'UTC')::date),
               coalesce(range_agg(daterange((starts at time zone 'UTC')::date,
                                            ((ends - interval '1 millisecond') at time zone 'UTC')::date, '[]'))
                        filter (where active and (ends is null or starts < ends)), '{}')
          from span group by driver_id;
      insert into fleet_day (day, hired, activated, busy)
        select day, sum(hired), sum(activated), sum(busy) from (
          select hired_on as day, 1 as hired, 0 as activated, 0 as busy from driver_activity
          union all
          select lower(part), 0, 1, 0 from driver_activity, unnest(active) as part
          union all
          select upper(part), 0, -1, 0 from driver_activity, unnest(active) as part where not upper_inf(part)
          union all
          select day, 0, 0, 1 from driver_day join driver_activity using (driver_id)
           where loads_carried > 0 and day <@ active
        ) as share group by day;
    `);
  }
}
