import { z } from 'zod';
import { hasIndex } from '#shared/database/blind-index.ts';
import type { EntityManager } from '#shared/database/database.ts';
import { keyContains, keyStartsWith } from '#shared/database/key-contains.ts';
import { anyOf, containing, hasId, isOneOf, never, raw, type Sql, sql } from '#shared/database/sql.ts';
import { GraphError } from '#shared/errors/errors.ts';
import { parseArgument } from '#shared/input/parse-input.ts';
import { parseSearch } from '#shared/input/text.ts';
import { referenceKey, textKey } from '#shared/input/text-key.ts';
import { parseTimeRange, type TimeRange, timeRange } from '#shared/input/time-range.ts';
import type { Equipment } from '#shared/vocabulary.ts';
import { type AssignmentState, assignmentStates } from '../domain/assignment.ts';
import { underwayStates } from '../domain/load.ts';
import { driverLicense } from '../entities.ts';

export interface DriverFilter {
  readonly search?: string | null;
  /** Deprecated. It must hold, too. */
  readonly name?: string | null;
  readonly active?: boolean | null;
  readonly equipment?: readonly Equipment[] | null;
  readonly hubCode?: string | null;
  readonly onShift?: boolean | null;
  readonly licenseNumber?: string | null;
  readonly freeIn?: TimeRange | null;
}

export function driverConditions(em: EntityManager, filter: DriverFilter | null | undefined, now: Date): Sql[] {
  const { search, name, active, equipment, hubCode, onShift, licenseNumber, freeIn } = filter ?? {};
  const where: Sql[] = [];
  if (search != null) where.push(keyContains('t.name_key', parseSearch(search)));
  if (name != null) where.push(keyContains('t.name_key', parseSearch(name, 'filter.name')));
  if (active != null) where.push(sql`t.active = ${active}`);
  if (equipment != null) where.push(sql`t.equipment && ${[...new Set(equipment)]}::text[]`);
  if (hubCode != null) where.push(atHub(hubCode));
  if (onShift != null) where.push(onShift ? hasOpenShift : sql`not ${hasOpenShift}`);
  if (licenseNumber != null) {
    const typed = parseSearch(licenseNumber, 'filter.licenseNumber', 40);
    where.push(hasIndex(em, driverLicense, typed));
  }
  if (freeIn != null) where.push(...isFree('driver_id', freeIn, now));
  return where;
}

const hasOpenShift = sql`exists (select 1 from shift s where s.driver_id = t.id and s.ended_at is null)`;

export interface VehicleFilter {
  readonly active?: boolean | null;
  readonly equipment?: readonly Equipment[] | null;
  readonly hubCode?: string | null;
  readonly plate?: string | null;
  readonly freeIn?: TimeRange | null;
}

export function vehicleConditions(filter: VehicleFilter | null | undefined, now: Date): Sql[] {
  const { active, equipment, hubCode, plate, freeIn } = filter ?? {};
  const where: Sql[] = [];
  if (active != null) where.push(sql`t.active = ${active}`);
  if (equipment != null) where.push(isOneOf('t.equipment', equipment));
  if (hubCode != null) where.push(atHub(hubCode));
  if (plate != null) where.push(hasReferencePart({ text: 't.plate', key: 't.plate_key' }, plate, 'filter.plate', 20));
  if (freeIn != null) where.push(...isFree('vehicle_id', freeIn, now));
  return where;
}

export interface AssignmentFilter {
  readonly states?: readonly AssignmentState[] | null;
  readonly driverId?: string | null;
  readonly vehicleId?: string | null;
  readonly shipmentId?: string | null;
  readonly overlaps?: TimeRange | null;
  readonly from?: Date | null;
  readonly until?: Date | null;
}

export function assignmentConditions(filter: AssignmentFilter | null | undefined): Sql[] {
  const { states, driverId, vehicleId, shipmentId, overlaps, from, until } = filter ?? {};
  const where: Sql[] = [];
  if (states != null) where.push(inStates(states));
  if (driverId != null) where.push(hasId('t.driver_id', driverId));
  if (vehicleId != null) where.push(hasId('t.vehicle_id', vehicleId));
  if (shipmentId != null) where.push(hasId('t.shipment_id', shipmentId));
  where.push(...overlapping(parseTimeRange('filter.overlaps', overlaps)), ...overlapping({ from, until }));
  return where;
}

function overlapping({ from, until }: TimeRange): Sql[] {
  return [...(from ? [sql`t.ends_at > ${from}`] : []), ...(until ? [sql`t.starts_at < ${until}`] : [])];
}

/** A span with both ends, because nothing is free without end. */
const wholeSpan = timeRange.pipe(z.object({ from: z.date(), until: z.date() }));

/**
 * No assignment of the row `t` overlaps the span. A late load that is still underway reserves its driver and its vehicle
 * until now at least. @throws GraphError BAD_USER_INPUT if an end is missing
 */
function isFree(column: 'driver_id' | 'vehicle_id', freeIn: TimeRange, now: Date): Sql[] {
  const { from, until } = parseArgument(wholeSpan, 'filter.freeIn', freeIn);
  const own = sql`a.${raw(column)} = t.id`;
  const unreserved = sql`not exists (select 1 from assignment a where ${own} and a.state <> 'RELEASED'
    and tstzrange(a.starts_at, a.ends_at) && tstzrange(${from}, ${until}))`;
  const notOnTheRoad = sql`not exists (select 1 from assignment a join load_state s using (shipment_id)
    where ${own} and a.state = 'ACTIVE' and a.starts_at < ${until} and s.state = any(${underwayStates}::text[]))`;
  return from <= now ? [unreserved, notOnTheRoad] : [unreserved];
}

/** A trigram index needs three characters. */
const shortestPart = 3;

/**
 * The reference has this part, as people type it: they often type the end of a plate only. Less than three characters must be
 * at its beginning, or at the beginning of one of its words. @throws GraphError BAD_USER_INPUT
 * @param columns the reference and its key
 */
function hasReferencePart(columns: { text: string; key: string }, typed: string, name: string, most: number): Sql {
  const key = referenceKey(parseSearch(typed, name, most));
  if (key.length >= shortestPart) return sql`${raw(columns.key)} like ${containing(key)}`;
  const begins = keyStartsWith(columns.key, key);
  return /^[\p{L}\p{N}]+$/u.test(key) ? anyOf([begins, sql`${raw(columns.text)} ~* ${`\\m${key}`}`]) : begins;
}

/** The states are part of the SQL text, because PostgreSQL does not use the index of active assignments for a parameter. */
const stateConditions: Readonly<Record<AssignmentState, Sql>> = {
  ACTIVE: sql`t.state = 'ACTIVE'`,
  COMPLETED: sql`t.state = 'COMPLETED'`,
  RELEASED: sql`t.state = 'RELEASED'`,
};

function inStates(states: readonly AssignmentState[]): Sql {
  if (states.length > assignmentStates.length) {
    throw new GraphError(
      'BAD_USER_INPUT',
      `"states" may contain at most ${assignmentStates.length} states; got ${states.length}.`,
    );
  }
  const wanted = assignmentStates.filter((state) => states.includes(state));
  return anyOf(wanted.map((state) => stateConditions[state]));
}

function atHub(hubCode: string): Sql {
  const code = textKey(hubCode).toUpperCase();
  return /^[A-Z]{3}$/.test(code) ? sql`t.home->>'hubCode' = ${code}` : never;
}
