import { query } from '#shared/database/query.ts';
import { sql } from '#shared/database/sql.ts';
import type { Measurement } from '#shared/work/measurements.ts';

const hours = [4, 8, 16, 24, 36, 48, 72, 96, 144, 240] as const;
const metric = 'freight_deliveries_by_duration';

/** How long deliveries took, as cumulative buckets for `histogram_quantile`. The window moves, so it is no histogram that only grows. */
export const measureDeliveries: Measurement = {
  name: 'deliveries',
  everyMs: 300_000,
  metrics: {
    [metric]: {
      help: 'Shipments delivered in the last 30 days that took at most `le` seconds from pickup to delivery, imported ones excepted',
      labels: ['le'],
    },
  },
  async read(em, now) {
    const seconds = hours.map((count) => count * 3_600);
    const rows = await query<{ bucket: number; count: number }>(
      em,
      sql`select width_bucket(extract(epoch from delivered_at - picked_up_at) - 0.001, ${seconds}::float8[]) as bucket, count(*)::int as count
         from shipment
        where coalesce(delivered_at, '-infinity'::timestamptz) > ${now}::timestamptz - interval '30 days'
          and picked_up_at is not null and not imported
        group by bucket`,
    );
    const counts = new Map(rows.map(({ bucket, count }) => [bucket, count]));
    let sum = 0;
    return [...seconds.map(String), '+Inf'].map((le, index) => {
      sum += counts.get(index) ?? 0;
      return { metric, labels: { le }, value: sum };
    });
  },
};
