import { GraphError } from '#shared/errors/errors.ts';
import { isUuid } from '#shared/ids.ts';
import type { Equipment } from '#shared/vocabulary.ts';
import { type AssignmentState, assignmentStates } from '../domain/assignment.ts';
import { type Condition, condition, never } from './page.ts';

export interface DriverFilter {
  readonly name?: string | null;
  readonly active?: boolean | null;
  readonly equipment?: Equipment | null;
  readonly hubCode?: string | null;
  readonly onShift?: boolean | null;
}

export function driverConditions(filter: DriverFilter | null | undefined): Condition[] {
  const { name, active, equipment, hubCode, onShift } = filter ?? {};
  const where: Condition[] = [];
  if (name != null) where.push(condition('t.name ilike ?', `%${likeText('filter.name', name)}%`));
  if (active != null) where.push(condition('t.active = ?', active));
  if (equipment != null) where.push(condition('? = any(t.equipment)', equipment));
  if (hubCode != null) where.push(atHub(hubCode));
  if (onShift != null) {
    const open = 'exists (select 1 from shift s where s.driver_id = t.id and s.ended_at is null)';
    where.push(condition(onShift ? open : `not ${open}`));
  }
  return where;
}

export interface VehicleFilter {
  readonly active?: boolean | null;
  readonly equipment?: Equipment | null;
  readonly hubCode?: string | null;
}

export function vehicleConditions(filter: VehicleFilter | null | undefined): Condition[] {
  const { active, equipment, hubCode } = filter ?? {};
  const where: Condition[] = [];
  if (active != null) where.push(condition('t.active = ?', active));
  if (equipment != null) where.push(condition('t.equipment = ?', equipment));
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

export function assignmentConditions(filter: AssignmentFilter | null | undefined): Condition[] {
  const { states, driverId, vehicleId, from, until } = filter ?? {};
  const where: Condition[] = [];
  if (states != null) {
    if (states.length > assignmentStates.length)
      throw new GraphError(
        'BAD_USER_INPUT',
        `"states" may contain at most ${assignmentStates.length} states; got ${states.length}.`,
      );
    where.push(states.length === 0 ? never : condition('t.state in (?)', [...states]));
  }
  if (driverId != null) where.push(isUuid(driverId) ? condition('t.driver_id = ?', driverId) : never);
  if (vehicleId != null) where.push(isUuid(vehicleId) ? condition('t.vehicle_id = ?', vehicleId) : never);
  if (from != null) where.push(condition('t.ends_at > ?', from));
  if (until != null) where.push(condition('t.starts_at < ?', until));
  return where;
}

function atHub(hubCode: string): Condition {
  return /^[A-Z]{3}$/.test(hubCode) ? condition("t.home->>'hubCode' = ?", hubCode) : never;
}

/** Text for a `like`, its wildcards taken literally. */
function likeText(name: string, value: string): string {
  if (value.length < 1 || value.length > 100 || value.includes('\0'))
    throw new GraphError('BAD_USER_INPUT', `"${name}" must have 1 to 100 characters and no NUL; got ${value.length}.`);
  return value.replaceAll(/[\\%_]/g, (wildcard) => `\\${wildcard}`);
}
