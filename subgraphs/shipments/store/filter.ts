import { containing, never, raw, type Sql, sql } from '#shared/database/sql.ts';
import { isUuid } from '#shared/ids.ts';
import type { PlaceFilter, ShipmentFilter, TimeRange } from '../domain/filter-input.ts';
import { promisedStatuses } from '../domain/status.ts';

const promised = raw(promisedStatuses.map((status) => `'${status}'`).join(','));

/** The conditions of a filter over shipments `t`, in the form of the indexes. */
export function conditionsOf(filter: ShipmentFilter, now: Date): Sql[] {
  const { statuses, organizationId, driverId, equipment, origin, destination, late, imported, search } = filter;
  const conditions: Sql[] = [];
  if (statuses) conditions.push(sql`t.status = any(${statuses}::text[])`);
  if (equipment) conditions.push(sql`t.equipment = any(${equipment}::text[])`);
  if (organizationId != null) conditions.push(idIs(organizationId, (id) => sql`t.organization_id = ${id}`));
  if (driverId != null) conditions.push(idIs(driverId, (id) => sql`t.driver_id = ${id}`));
  if (origin) conditions.push(...placeIs('origin', origin));
  if (destination) conditions.push(...placeIs('destination', destination));
  conditions.push(
    ...within('created_at', filter.created),
    ...within('deliver_by', filter.deliverBy),
    ...within('delivered_at', filter.delivered),
    ...within('updated_at', filter.updated),
    ...within('pickup_from', filter.pickup),
  );
  if (late != null) conditions.push(lateIs(late, now));
  if (imported != null) conditions.push(imported ? sql`t.imported` : sql`not t.imported`);
  if (search != null) conditions.push(finds(search));
  return conditions;
}

function idIs(id: string, condition: (id: string) => Sql): Sql {
  return isUuid(id) ? condition(id) : never;
}

function placeIs(end: 'origin' | 'destination', { country, region, city, hubCode }: PlaceFilter): Sql[] {
  const given = { country, region, city, hub_code: hubCode };
  return Object.entries(given).flatMap(([column, value]) =>
    value == null ? [] : [sql`lower(${raw(`t.${end}_${column}`)}) = lower(${value})`],
  );
}

function within(name: string, range: TimeRange | null | undefined): Sql[] {
  const { from, until } = range ?? {};
  const column = raw(`t.${name}`);
  return [...(from ? [sql`${column} >= ${from}`] : []), ...(until ? [sql`${column} < ${until}`] : [])];
}

/** The same rule as `isLate` in domain/status.ts. */
function lateIs(late: boolean, now: Date): Sql {
  const overdue = sql`(t.status in (${promised}) and coalesce(t.deliver_by, 'infinity'::timestamptz) < ${now})`;
  const isLate = sql`(${overdue} or t.delivered_at > t.deliver_by)`;
  return late ? isLate : sql`${isLate} is not true`;
}

function finds(search: string): Sql {
  return sql`(t.search @@ websearch_to_tsquery('english', ${search}) or t.reference ilike ${containing(search)})`;
}
