import type { EntityManager } from '#shared/database/database.ts';
import { anyOf, never, raw, type Sql, sql, within } from '#shared/database/sql.ts';
import { isUuid } from '#shared/ids.ts';
import { findCountry } from '#shared/input/countries.ts';
import { findRegion, findRegions } from '#shared/input/regions.ts';
import { referenceKey, textKey } from '#shared/input/text-key.ts';
import type { TimeRange } from '#shared/input/time-range.ts';
import type { PlaceFilter, ShipmentFilter } from '../domain/filter-input.ts';
import { lateIs, willBeLateIs } from './lateness.ts';
import { finds } from './search.ts';

/** The conditions of a filter over shipments `t`, in the form of the indexes. */
export async function conditionsOf(em: EntityManager, filter: ShipmentFilter, now: Date): Promise<Sql[]> {
  const {
    statuses,
    organizationId,
    driverId,
    vehicleId,
    ids,
    references,
    customerReferences,
    equipment,
    origin,
    destination,
    late,
    willBeLate,
    unassigned,
    imported,
    search,
  } = filter;
  const conditions: Sql[] = [];
  if (statuses) conditions.push(sql`t.status = any(${statuses}::text[])`);
  if (equipment) conditions.push(sql`t.equipment = any(${equipment}::text[])`);
  if (organizationId != null) conditions.push(idIs(organizationId, (id) => sql`t.organization_id = ${id}`));
  if (driverId != null) conditions.push(idIs(driverId, (id) => sql`t.driver_id = ${id}`));
  if (vehicleId != null) conditions.push(idIs(vehicleId, (id) => sql`t.vehicle_id = ${id}`));
  if (ids) conditions.push(sql`t.id = any(${ids.filter(isUuid)}::uuid[])`);
  if (references) conditions.push(sql`t.reference_key = any(${references.map(referenceKey)}::text[])`);
  if (customerReferences)
    conditions.push(sql`t.customer_reference_key = any(${customerReferences.map(referenceKey)}::text[])`);
  if (origin) conditions.push(...placeIs('origin', origin));
  if (destination) conditions.push(...placeIs('destination', destination));
  conditions.push(
    ...within('t.created_at', filter.created ?? {}),
    ...withinKnown('deliver_by', 'infinity', filter.deliverBy),
    ...withinKnown('delivered_at', '-infinity', filter.delivered),
    ...within('t.updated_at', filter.updated ?? {}),
    ...within('t.status_changed_at', filter.statusChanged ?? {}),
    ...withinKnown('pickup_from', 'infinity', filter.pickup),
  );
  if (late != null) conditions.push(lateIs(late, now));
  if (willBeLate != null) conditions.push(willBeLateIs(willBeLate, now));
  if (unassigned != null) conditions.push(unassignedIs(unassigned));
  if (imported != null) conditions.push(imported ? sql`t.imported` : sql`not t.imported`);
  if (search != null) conditions.push(await finds(em, search));
  return conditions;
}

/** Conditions that a time which may be unknown is in the range. The indexes have `unknown` in its place, for their order. */
function withinKnown(column: string, unknown: 'infinity' | '-infinity', range: TimeRange | null | undefined): Sql[] {
  const conditions = within(`coalesce(t.${column}, '${unknown}'::timestamptz)`, range ?? {});
  return conditions.length === 0 ? [] : [...conditions, sql`t.${raw(column)} is not null`];
}

/** The condition that a shipment waits for a driver or not. */
function unassignedIs(unassigned: boolean): Sql {
  const waits = sql`(t.status = 'BOOKED' and t.driver_id is null)`;
  return unassigned ? waits : sql`not ${waits}`;
}

function idIs(id: string, condition: (id: string) => Sql): Sql {
  return isUuid(id) ? condition(id) : never;
}

function placeIs(end: 'origin' | 'destination', { country, region, city, hubCode }: PlaceFilter): Sql[] {
  const column = (name: string) => raw(`t.${end}_${name}`);
  const code = country == null ? undefined : (findCountry(country) ?? asCode(country));
  const conditions: Sql[] = [];
  if (code !== undefined) conditions.push(sql`${column('country')} = ${code}`);
  if (region != null) {
    const isRegion = (...names: string[]) => sql`${column('region_key')} = any(${names.map(textKey)}::text[])`;
    const known =
      code === undefined
        ? findRegions(region).map((own) => sql`(${column('country')} = ${own.country} and ${isRegion(own.region)})`)
        : [isRegion(findRegion(code, region) ?? region)];
    conditions.push(anyOf([isRegion(region), ...known]));
  }
  if (city != null) conditions.push(sql`${column('city_key')} = ${textKey(city)}`);
  if (hubCode != null) conditions.push(sql`${column('hub_code')} = ${asCode(hubCode)}`);
  return conditions;
}

/** Codes are stored in capital letters. */
function asCode(text: string): string {
  return textKey(text).toUpperCase();
}
