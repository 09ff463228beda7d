import { raw, type Sql, sql } from '#shared/database/sql.ts';
import { promisedStatuses } from '../domain/status.ts';

const promised = raw(promisedStatuses.map((status) => `'${status}'`).join(','));

/** An estimated arrival counts for this time after the position from which it was made, like `Shipment.eta`. */
const maxAgeMs = 6 * 3_600_000;

/** The condition that a shipment `t` is late or not: the same rule as `isLate` in domain/status.ts. */
export function lateIs(late: boolean, now: Date): Sql {
  const isLate = sql`(${overdue(now)} or t.delivered_at > t.deliver_by)`;
  return late ? isLate : sql`${isLate} is not true`;
}

/** The condition that a shipment `t` will be late or not: it is overdue, or it may arrive after its window. */
export function willBeLateIs(expected: boolean, now: Date): Sql {
  const oldest = new Date(now.getTime() - maxAgeMs);
  const arrivesLate = sql`exists (select from arrival_estimate a
    where a.shipment_id = t.id and a.latest_at > t.deliver_by and a.located_at > ${oldest})`;
  // Few shipments are in these statuses. They have an index, and only they have an estimate.
  const willBeLate = sql`(t.status in (${promised}) and (${overdue(now)} or ${arrivesLate}))`;
  return expected ? willBeLate : sql`${willBeLate} is not true`;
}

function overdue(now: Date): Sql {
  return sql`(t.status in (${promised}) and coalesce(t.deliver_by, 'infinity'::timestamptz) < ${now})`;
}
