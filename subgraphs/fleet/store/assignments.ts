import { changesTo } from '#shared/audit/changes.ts';
import type { EntityManager } from '#shared/database/database.ts';
import { query } from '#shared/database/query.ts';
import { type Columns, toMoment } from '#shared/database/rows.ts';
import { raw, sql, uuids } from '#shared/database/sql.ts';
import type { Transaction } from '#shared/database/transaction.ts';
import { refusingViolations } from '#shared/database/violations.ts';
import { ofFound } from '#shared/database/within-reach.ts';
import { Contested } from '#shared/errors/contested.ts';
import { Refusal, refuse, type UserError } from '#shared/errors/errors.ts';
import type { AccountIdentity } from '#shared/identity/identity.ts';
import type { Reach } from '#shared/identity/reach.ts';
import { newId } from '#shared/ids.ts';
import type { Equipment } from '#shared/vocabulary.ts';
import {
  carryingRefusals,
  completedWindow,
  missingLoad,
  releaseRefusals,
  shipmentRefusals,
  windowOf,
} from '../domain/assignment.ts';
import type { AssignShipment, UnassignShipment } from '../domain/assignment-input.ts';
import { type Assignment, AssignmentEntity, type Driver, type Load, type Vehicle } from '../entities.ts';
import { lockLoad, type StandingLoad, statesWithoutLoad } from './loads.ts';
import { lockDriver, lockVehicle } from './records.ts';
import { assignmentRows } from './rows.ts';
import { visibleAssignments } from './visibility.ts';

const violations: Readonly<Record<string, UserError>> = {
  assignment_one_per_shipment: {
    code: 'ALREADY_ASSIGNED',
    field: ['shipmentId'],
    message: 'This shipment was assigned a moment ago. Unassign it first.',
  },
  assignment_driver_busy: {
    code: 'DOUBLE_BOOKED',
    field: ['driverId'],
    message: 'This driver has another assignment between pickup and delivery. Choose another driver.',
  },
  assignment_vehicle_busy: {
    code: 'DOUBLE_BOOKED',
    field: ['vehicleId'],
    message: 'This vehicle has another assignment between pickup and delivery. Choose another vehicle.',
  },
};

/** Assigns a booked shipment to a driver and a vehicle. Of two concurrent assignments, exactly one succeeds. */
export async function assignShipment(
  transaction: Transaction,
  caller: AccountIdentity,
  input: AssignShipment,
  now: Date,
): Promise<Assignment> {
  const { em } = transaction;
  const { load, state, risk } = await lockBooked(em, input.shipmentId);
  const holding = await findCurrentAssignment(em, load.shipmentId);
  if (holding?.state === 'ACTIVE') throw alreadyAssigned(holding);
  const refusals = shipmentRefusals(state, risk);
  if (refusals.length > 0) throw new Refusal(...refusals);
  const driver = await lockDriver(em, input.driverId);
  const vehicle = await lockVehicle(em, input.vehicleId);
  const unfit = carryingRefusals(load, driver, vehicle);
  if (unfit.length > 0) throw new Refusal(...unfit);
  return makeAssignment(transaction, caller, { load, driver, vehicle }, now);
}

/** Who carries a load. The rows are locked. */
export interface Carriers {
  readonly load: Load;
  readonly driver: Driver;
  readonly vehicle: Vehicle;
}

/** Stores an assignment whose conditions are checked, and publishes `assignment.created`. @throws Refusal DOUBLE_BOOKED */
export async function makeAssignment(
  transaction: Transaction,
  caller: AccountIdentity,
  { load, driver, vehicle }: Carriers,
  now: Date,
): Promise<Assignment> {
  const { em } = transaction;
  const assignment = em.create(AssignmentEntity, {
    id: newId(now.getTime()),
    shipmentId: load.shipmentId,
    organizationId: load.organizationId,
    driverId: driver.id,
    vehicleId: vehicle.id,
    ...windowOf(load),
    state: 'ACTIVE',
    assignedByAccountId: caller.accountId,
    assignedAt: now,
    completedAt: null,
    onTime: null,
    releasedAt: null,
    releaseReason: null,
  });
  await refusingViolations(violations, () => em.flush());
  await transaction.emit('assignment.created', {
    assignmentId: assignment.id,
    shipmentId: load.shipmentId,
    organizationId: load.organizationId,
    driverId: driver.id,
    driverAccountId: driver.accountId ?? null,
    vehicleId: vehicle.id,
    plate: vehicle.plate,
    from: assignment.startsAt.toISOString(),
    until: assignment.endsAt.toISOString(),
    at: now.toISOString(),
    accountId: caller.accountId,
  });
  transaction.audit({
    action: 'SHIPMENT_ASSIGNED',
    target: { kind: 'Shipment', id: load.shipmentId },
    changes: changesTo({ assignment: assignment.id, driver: driver.id, vehicle: vehicle.id }),
    at: now,
  });
  return assignment;
}

function alreadyAssigned(holding: Assignment): Contested<Assignment> {
  const message = `This shipment has been assigned since ${holding.assignedAt.toISOString()}. Unassign it first.`;
  return new Contested(holding, { code: 'ALREADY_ASSIGNED', field: ['shipmentId'], message });
}

export async function unassignShipment(
  transaction: Transaction,
  caller: AccountIdentity,
  input: UnassignShipment,
  now: Date,
): Promise<Assignment> {
  const { em } = transaction;
  const { load, state } = await lockBooked(em, input.shipmentId);
  const holding = await findCurrentAssignment(em, load.shipmentId);
  if (!holding) return refuse('NOT_ASSIGNED', 'This shipment has no assignment. Assign it first.', 'shipmentId');
  if (input.assignmentId != null && input.assignmentId !== holding.id) {
    const message = `This shipment now has another assignment (${holding.id}). Check it and try again.`;
    throw new Contested(holding, { code: 'CONFLICT', field: ['assignmentId'], message });
  }
  const refusals = releaseRefusals(state);
  if (refusals.length > 0) throw new Refusal(...refusals);
  await release(transaction, holding, { reason: input.reason, at: now, accountId: caller.accountId });
  return holding;
}

interface Release {
  readonly reason: string;
  readonly at: Date;
  /** Absent if the release follows from a change of the shipment. */
  readonly accountId?: string;
}

/** Releases driver and vehicle and publishes `assignment.released`. */
export async function release(
  { em, emit, audit }: Transaction,
  assignment: Assignment,
  { reason, at, accountId }: Release,
): Promise<void> {
  Object.assign(assignment, { state: 'RELEASED', releasedAt: at, releaseReason: reason });
  await em.flush();
  await emit('assignment.released', {
    assignmentId: assignment.id,
    shipmentId: assignment.shipmentId,
    driverId: assignment.driverId,
    vehicleId: assignment.vehicleId,
    reason,
    at: at.toISOString(),
    ...(accountId !== undefined && { accountId }),
  });
  audit({
    action: 'SHIPMENT_RELEASED',
    target: { kind: 'Shipment', id: assignment.shipmentId },
    changes: changesTo(
      { assignment: null, driver: null, vehicle: null, reason },
      { assignment: assignment.id, driver: assignment.driverId, vehicle: assignment.vehicleId },
    ),
    at,
  });
}

/** Completes an assignment at the delivery. Driver and vehicle are free from then on. */
export async function complete(
  em: EntityManager,
  assignment: Assignment,
  deliveredAt: Date,
  onTime: boolean,
): Promise<void> {
  const next = await nextStart(em, assignment);
  const { endsAt } = completedWindow(assignment, deliveredAt, next);
  Object.assign(assignment, { state: 'COMPLETED', completedAt: deliveredAt, onTime, endsAt });
  await em.flush();
}

/**
 * Moves an assignment to the window of a shipment that changed.
 * @returns false if the driver or the vehicle has another assignment in the new window
 */
export async function moveWindow(em: EntityManager, assignment: Assignment, load: Load): Promise<boolean> {
  const { startsAt, endsAt } = windowOf(load);
  const { id, driverId, vehicleId } = assignment;
  await query(em, sql`select id from driver where id = ${driverId} for update`);
  await query(em, sql`select id from vehicle where id = ${vehicleId} for update`);
  const taken = await query(
    em,
    sql`select 1 from assignment
      where id <> ${id} and state <> 'RELEASED' and (driver_id = ${driverId} or vehicle_id = ${vehicleId})
        and tstzrange(starts_at, ends_at) && tstzrange(${startsAt}, ${endsAt}) limit 1`,
  );
  if (taken.length > 0) return false;
  Object.assign(assignment, { startsAt, endsAt });
  await em.flush();
  return true;
}

async function nextStart(em: EntityManager, { id, driverId, vehicleId, startsAt }: Assignment): Promise<Date | null> {
  const [row] = await query<{ next: string | null }>(
    em,
    sql`select min(starts_at) as next from assignment
      where id <> ${id} and state <> 'RELEASED' and (driver_id = ${driverId} or vehicle_id = ${vehicleId})
        and starts_at > ${startsAt}`,
  );
  return toMoment(row?.next);
}

async function lockBooked(em: EntityManager, shipmentId: string): Promise<StandingLoad> {
  const found = await lockLoad(em, shipmentId);
  return found ?? refuseMissing(em, shipmentId);
}

async function refuseMissing(em: EntityManager, shipmentId: string): Promise<never> {
  throw new Refusal(missingLoad((await statesWithoutLoad(em, [shipmentId])).get(shipmentId)));
}

/** The assignment of a shipment that was not released. There is at most one. */
export function findCurrentAssignment(em: EntityManager, shipmentId: string): Promise<Assignment | null> {
  return em.findOne(AssignmentEntity, { shipmentId, state: { $ne: 'RELEASED' } });
}

export interface HeldLoad {
  readonly reference: string;
  readonly equipment: Equipment;
  readonly weightKg: number;
  readonly volumeM3: number;
}

/** The loads of the active assignments of a driver or a vehicle. */
export function activeAssignmentsOf(
  em: EntityManager,
  column: 'driver_id' | 'vehicle_id',
  id: string,
): Promise<HeldLoad[]> {
  return query<HeldLoad>(
    em,
    sql`select l.reference, l.equipment, l.weight_kg as "weightKg", l.volume_m3 as "volumeM3"
      from assignment a join load l using (shipment_id) where a.${raw(column)} = ${id} and a.state = 'ACTIVE'`,
  );
}

/** The current assignment of each shipment, or else the last released one, within a reach. One statement. */
export function assignmentsOfShipments(
  em: EntityManager,
  reach: Reach,
  shipmentIds: readonly string[],
  columns: Columns,
): Promise<Pick<Assignment, 'shipmentId' | 'state'>[]> {
  const rows = assignmentRows.only(columns, ['shipmentId', 'state']);
  return rows.read(
    em,
    sql`select distinct on (t.shipment_id) ${rows.columns('t')} from assignment t
      where t.shipment_id = any(${uuids(shipmentIds)}) and ${ofFound(visibleAssignments(reach))}
      order by t.shipment_id, t.state = 'RELEASED', t.assigned_at desc`,
  );
}
