import { isUuid } from '#shared/ids.ts';
import type { PlaceFilter, ShipmentFilter, TimeRange } from '../domain/filter-input.ts';
import { promisedStatuses } from '../domain/status.ts';
import { arrayOf, type Sql } from './visibility.ts';

const nothing: Sql = { text: 'false', parameters: [] };
const promised = promisedStatuses.map((status) => `'${status}'`).join(',');

/** The conditions of a filter over shipments (alias `s`), written as the indexes are. */
export function conditionsOf(filter: ShipmentFilter, now: Date): Sql[] {
  const { statuses, organizationId, driverId, equipment, origin, destination, late, imported, search } = filter;
  const conditions: Sql[] = [];
  if (statuses) conditions.push({ text: 's.status = any(?::text[])', parameters: [arrayOf(statuses)] });
  if (equipment) conditions.push({ text: 's.equipment = any(?::text[])', parameters: [arrayOf(equipment)] });
  if (organizationId != null) conditions.push(idIs('organization_id', organizationId));
  if (driverId != null) conditions.push(idIs('driver_id', driverId));
  if (origin) conditions.push(...placeIs('origin', origin));
  if (destination) conditions.push(...placeIs('destination', destination));
  conditions.push(
    ...within('s.created_at', filter.created),
    ...within('s.deliver_by', filter.deliverBy),
    ...within('s.delivered_at', filter.delivered),
  );
  if (late != null) conditions.push(lateIs(late, now));
  if (imported != null) conditions.push({ text: imported ? 's.imported' : 'not s.imported', parameters: [] });
  if (search != null) conditions.push(finds(search));
  return conditions;
}

function idIs(column: string, id: string): Sql {
  return isUuid(id) ? { text: `s.${column} = ?`, parameters: [id] } : nothing;
}

function placeIs(end: 'origin' | 'destination', { country, region, city, hubCode }: PlaceFilter): Sql[] {
  const given = { country, region, city, hub_code: hubCode };
  return Object.entries(given).flatMap(([column, value]) =>
    value == null ? [] : [{ text: `lower(s.${end}_${column}) = lower(?)`, parameters: [value] }],
  );
}

function within(column: string, range: TimeRange | null | undefined): Sql[] {
  const { from, until } = range ?? {};
  return [
    ...(from ? [{ text: `${column} >= ?::timestamptz`, parameters: [from.toISOString()] }] : []),
    ...(until ? [{ text: `${column} < ?::timestamptz`, parameters: [until.toISOString()] }] : []),
  ];
}

/** The same rule as `isLate` in domain/status.ts. */
function lateIs(late: boolean, now: Date): Sql {
  const overdue = `(s.status in (${promised}) and coalesce(s.deliver_by, 'infinity'::timestamptz) < ?::timestamptz)`;
  const text = `(${overdue} or s.delivered_at > s.deliver_by)`;
  return { text: late ? text : `(${text}) is not true`, parameters: [now.toISOString()] };
}

function finds(search: string): Sql {
  const part = `%${search.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`;
  return {
    text: "(s.search @@ websearch_to_tsquery('english', ?) or s.reference ilike ?)",
    parameters: [search, part],
  };
}
