import type { EntityManager } from '#shared/database/database.ts';
import { query } from '#shared/database/query.ts';
import { raw, sql, uuids } from '#shared/database/sql.ts';
import { type BusinessMeasure, businessMeasures } from '../domain/facts.ts';
import type { DayRange } from '../domain/range.ts';
import { columnOf } from './columns.ts';

export type Performance = { readonly organizationId: string } & { readonly [measure in BusinessMeasure]: number };

const sums = raw(
  businessMeasures.map((measure) => `coalesce(sum("${columnOf(measure)}"), 0)::float8 as "${measure}"`).join(', '),
);

/** Sums of these organizations over a range, in one statement. Zeros without events. */
export function performanceOf(
  em: EntityManager,
  organizationIds: readonly string[],
  { from, until }: DayRange,
): Promise<Performance[]> {
  return query<Performance>(
    em,
    sql`select ids.id as "organizationId", ${sums}
       from unnest(${uuids(organizationIds)}) as ids (id)
       left join organization_day on organization_id = ids.id and day between ${from} and ${until}
      group by ids.id`,
  );
}
