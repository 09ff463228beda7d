import { query } from '#shared/database/query.ts';
import { sql } from '#shared/database/sql.ts';
import type { Measurement } from '#shared/work/measurements.ts';

interface Participation {
  readonly active: number;
  readonly onShift: number;
  readonly worked: number;
  readonly earned: number;
}

/** How many of the active drivers take part. */
export const measureParticipation: Measurement = {
  name: 'participation',
  everyMs: 300_000,
  metrics: {
    freight_active_drivers: { help: 'Drivers who are active', labels: [] },
    freight_drivers_on_shift: { help: 'Active drivers with an open shift', labels: [] },
    freight_driver_participation_ratio: {
      help: 'Share of the active drivers who in the last 30 days began a shift (shift) or earned points (points)',
      labels: ['activity'],
    },
  },
  async read(em, now) {
    const since = sql`${now}::timestamptz - interval '30 days'`;
    const [row] = await query<Participation>(
      em,
      sql`select count(*)::int as active,
            count(*) filter (where exists (select from shift where driver_id = driver.id and ended_at is null))::int as "onShift",
            count(*) filter (where exists (select from shift where driver_id = driver.id and started_at > ${since}))::int as worked,
            count(*) filter (where exists (
              select from reward_entry where driver_id = driver.id and at > ${since} and points > 0))::int as earned
         from driver where active`,
    );
    if (!row) return [];
    const share = (activity: string, count: number) => ({
      metric: 'freight_driver_participation_ratio',
      labels: { activity },
      value: count / row.active,
    });
    return [
      { metric: 'freight_active_drivers', value: row.active },
      { metric: 'freight_drivers_on_shift', value: row.onShift },
      share('shift', row.worked),
      share('points', row.earned),
    ];
  },
};
