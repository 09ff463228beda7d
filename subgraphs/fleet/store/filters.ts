import { keyContains } from '#shared/database/key-contains.ts';
import { anyOf, never, type Sql, sql } from '#shared/database/sql.ts';
import { GraphError } from '#shared/errors/errors.ts';
import { isUuid } from '#shared/ids.ts';
import { parseSearch } from '#shared/input/text.ts';
import { textKey } from '#shared/input/text-key.ts';
import type { Equipment } from '#shared/vocabulary.ts';
import { type AssignmentState, assignmentStates } from '../domain/assignment.ts';

export interface DriverFilter {
  readonly name?: string | null;
  readonly active?: boolean | null;
  readonly equipment?: Equipment | null;
  readonly hubCode?: string | null;
  readonly onShift?: boolean | null;
}

export function driverConditions(filter: DriverFilter | null | undefined): Sql[] {
  const { name, active, equipment, hubCode, onShift } = filter ?? {};
  const where: Sql[] = [];
  if (name != null) where.push(keyContains('t.name_key', parseSearch(name, 'filter.name')));
  if (active != null) where.push(sql`t.active = ${active}`);
  if (equipment != null) where.push(sql`${equipment} = any(t.equipment)`);
  if (hubCode != null) where.push(atHub(hubCode));
  if (onShift != null) where.push(onShift ? hasOpenShift : sql`not ${hasOpenShift}`);
  return where;
}

const hasOpenShift = sql`exists (select 1 from shift s where s.driver_id = t.id and s.ended_at is null)`;

export interface VehicleFilter {
  readonly active?: boolean | null;
  readonly equipment?: Equipment | null;
  readonly hubCode?: string | null;
}

export function vehicleConditions(filter: VehicleFilter | null | undefined): Sql[] {
  const { active, equipment, hubCode } = filter ?? {};
  const where: Sql[] = [];
  if (active != null) where.push(sql`t.active = ${active}`);
  if (equipment != null) where.push(sql`t.equipment = ${equipment}`);
  if (hubCode != null) where.push(atHub(hubCode));
  return where;
}

export interface AssignmentFilter {
  readonly states?: readonly AssignmentState[] | null;
  readonly driverId?: string | null;
  readonly vehicleId?: string | null;
  readonly from?: Date | null;
  readonly until?: Date | null;
}

export function assignmentConditions(filter: AssignmentFilter | null | undefined): Sql[] {
  const { states, driverId, vehicleId, from, until } = filter ?? {};
  const where: Sql[] = [];
  if (states != null) where.push(inStates(states));
  if (driverId != null) where.push(isUuid(driverId) ? sql`t.driver_id = ${driverId}` : never);
  if (vehicleId != null) where.push(isUuid(vehicleId) ? sql`t.vehicle_id = ${vehicleId}` : never);
  if (from != null) where.push(sql`t.ends_at > ${from}`);
  if (until != null) where.push(sql`t.starts_at < ${until}`);
  return where;
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
