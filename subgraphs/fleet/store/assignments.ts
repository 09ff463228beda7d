import type { EntityManager } from '#shared/database/database.ts';
import type { Transaction } from '#shared/database/transaction.ts';
import { Contested } from '#shared/errors/contested.ts';
import { Refusal, refuse, type UserError } from '#shared/errors/errors.ts';
import type { AccountIdentity, Identity } from '#shared/identity/identity.ts';
import { newId } from '#shared/ids.ts';
import type { Equipment } from '#shared/vocabulary.ts';
import {
  carryingRefusals,
  completedWindow,
  releaseRefusals,
  shipmentRefusals,
  windowOf,
} from '../domain/assignment.ts';
import type { AssignShipment, UnassignShipment } from '../domain/assignment-input.ts';
import { type Assignment, AssignmentEntity, type Load } from '../entities.ts';
import { refusingViolations } from './constraint.ts';
import { lockLoad, type StandingLoad } from './loads.ts';
import { conjunction } from './page.ts';
import { visibleAssignments } from './reach.ts';
import { lockDriver, lockVehicle } from './records.ts';

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

/** Gives a booked shipment to a driver with a vehicle; of two at once for one of them, exactly one wins. */
export async function assignShipment(
  transaction: Transaction,
  caller: AccountIdentity,
  input: AssignShipment,
  now: Date,
): Promise<Assignment> {
  const { em } = transaction;
  const id = newId(now.getTime());
  const { load, state, risk } = await lockBooked(em, input.shipmentId);
  const holding = await holdingOf(em, load.shipmentId);
  if (holding?.state === 'ACTIVE') throw alreadyAssigned(holding);
  const refusals = shipmentRefusals(state, risk);
  if (refusals.length > 0) throw new Refusal(...refusals);
  const driver = await lockDriver(em, input.driverId);
  const vehicle = await lockVehicle(em, input.vehicleId);
  const unfit = carryingRefusals(load, driver, vehicle);
  if (unfit.length > 0) throw new Refusal(...unfit);

  const assignment = em.create(AssignmentEntity, {
    id,
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
    from: assignment.startsAt.toISOString(),
    until: assignment.endsAt.toISOString(),
    at: now.toISOString(),
  });
  return assignment;
}

function alreadyAssigned(holding: Assignment): Contested<Assignment> {
  const message = `This shipment has been assigned since ${holding.assignedAt.toISOString()}. Unassign it first.`;
  return new Contested(holding, { code: 'ALREADY_ASSIGNED', field: ['shipmentId'], message });
}

export async function unassignShipment(
  transaction: Transaction,
  input: UnassignShipment,
  now: Date,
): Promise<Assignment> {
  const { em } = transaction;
  const { load, state } = await lockBooked(em, input.shipmentId);
  const holding = await holdingOf(em, load.shipmentId);
  if (!holding) return refuse('NOT_ASSIGNED', 'This shipment has no assignment.', 'shipmentId');
  if (input.assignmentId != null && input.assignmentId !== holding.id) {
    const message = `This shipment has another assignment by now (${holding.id}). Check it and try again.`;
    throw new Contested(holding, { code: 'CONFLICT', field: ['assignmentId'], message });
  }
  const refusals = releaseRefusals(state);
  if (refusals.length > 0) throw new Refusal(...refusals);
  await release(transaction, holding, input.reason, now);
  return holding;
}

/** Gives driver and vehicle free again and tells the others. */
export async function release(
  { em, emit }: Transaction,
  assignment: Assignment,
  reason: string,
  at: Date,
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
  });
}

/** Closes an assignment with the delivery: driver and vehicle are free from then on. */
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
 * Fits an assignment to a shipment that changed after it was assigned.
 * @returns false where driver or vehicle have another assignment in the new window
 */
export async function moveWindow(em: EntityManager, assignment: Assignment, load: Load): Promise<boolean> {
  const { startsAt, endsAt } = windowOf(load);
  await em.execute('select id from driver where id = ? for update', [assignment.driverId]);
  await em.execute('select id from vehicle where id = ? for update', [assignment.vehicleId]);
  const taken = await em.execute(
    `select 1 from assignment where id <> ? and state <> 'RELEASED' and (driver_id = ? or vehicle_id = ?)
       and tstzrange(starts_at, ends_at) && tstzrange(?, ?) limit 1`,
    [assignment.id, assignment.driverId, assignment.vehicleId, startsAt, endsAt],
  );
  if (taken.length > 0) return false;
  Object.assign(assignment, { startsAt, endsAt });
  await em.flush();
  return true;
}

async function nextStart(em: EntityManager, { id, driverId, vehicleId, startsAt }: Assignment): Promise<Date | null> {
  const [row] = await em.execute<{ next: string | null }[]>(
    `select min(starts_at) as next from assignment
     where id <> ? and state <> 'RELEASED' and (driver_id = ? or vehicle_id = ?) and starts_at > ?`,
    [id, driverId, vehicleId, startsAt],
  );
  return row?.next ? new Date(row.next) : null;
}

async function lockBooked(em: EntityManager, shipmentId: string): Promise<StandingLoad> {
  const found = await lockLoad(em, shipmentId);
  return found ?? refuse('NOT_FOUND', 'There is no booked shipment with this id.', 'shipmentId');
}

/** The assignment of a shipment that was not given up; there is one at most. */
export function holdingOf(em: EntityManager, shipmentId: string): Promise<Assignment | null> {
  return em.findOne(AssignmentEntity, { shipmentId, state: { $ne: 'RELEASED' } });
}

export interface HeldLoad {
  readonly reference: string;
  readonly equipment: Equipment;
  readonly weight_kg: number;
  readonly volume_m3: number;
}

/** What a driver or vehicle is assigned to now. */
export function activeAssignmentsOf(
  em: EntityManager,
  column: 'driver_id' | 'vehicle_id',
  id: string,
): Promise<HeldLoad[]> {
  return em.execute<HeldLoad[]>(
    `select l.reference, l.equipment, l.weight_kg, l.volume_m3
     from assignment a join load l using (shipment_id) where a.${column} = ? and a.state = 'ACTIVE'`,
    [id],
  );
}

/** Of each shipment the assignment that holds, else the last one given up; as far as somebody may see it. */
export async function visibleAssignmentsOfShipments(
  em: EntityManager,
  identity: Identity,
  shipmentIds: readonly string[],
): Promise<Assignment[]> {
  const where = visibleAssignments(identity);
  const raws: Record<string, unknown>[] = await em.execute(
    `select distinct on (t.shipment_id) t.* from assignment t where t.shipment_id in (?) and ${conjunction(where)}
     order by t.shipment_id, t.state = 'RELEASED', t.assigned_at desc`,
    [[...shipmentIds], ...where.flatMap(({ parameters }) => parameters)],
  );
  return raws.map((raw) => em.map(AssignmentEntity, raw));
}
