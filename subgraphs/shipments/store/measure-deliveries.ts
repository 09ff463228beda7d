import { query } from '#shared/database/query.ts';
import { sql } from '#shared/database/sql.ts';
import type { Measurement } from '#shared/work/measurements.ts';

const hours = [4, 8, 16, 24, 36, 48, 72, 96, 144, 240] as const;
const metric = 'freight_delivery_duration_seconds';

/** How long deliveries took. The window moves, so that the buckets do not only grow: expressions read them without `rate`. */
export const measureDeliveries: Measurement = {
  name: 'deliveries',
  everyMs: 300_000,
  metrics: {
    [metric]: {
      help: 'Seconds from pickup to delivery of the shipments delivered in the last 30 days, imported ones excepted. The window moves: read it without rate()',
      kind: 'histogram',
    },
  },
  async read(em, now) {
    const seconds = hours.map((count) => count * 3_600);
    const rows = await query<{ bucket: number; count: number; sum: number }>(
      em,
      sql`select width_bucket(extract(epoch from delivered_at - picked_up_at) - 0.001, ${seconds}::float8[]) as bucket, count(*)::int as count,
                 sum(extract(epoch from delivered_at - picked_up_at))::float8 as sum
         from shipment
        where coalesce(delivered_at, '-infinity'::timestamptz) > ${now}::timestamptz - interval '30 days'
          and picked_up_at is not null and not imported
        group by bucket`,
    );
    const counts = new Map(rows.map(({ bucket, count }) => [bucket, count]));
    let count = 0;
    const buckets = [...seconds.map(String), '+Inf'].map((le, index) => {
      count += counts.get(index) ?? 0;
      return { le, count };
    });
    return [{ metric, distribution: { buckets, sum: rows.reduce((total, { sum }) => total + sum, 0) } }];
  },
};
