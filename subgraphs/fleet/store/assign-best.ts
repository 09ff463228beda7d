import type { EntityManager } from '#shared/database/database.ts';
import { query } from '#shared/database/query.ts';
import { sql } from '#shared/database/sql.ts';
import type { Transaction } from '#shared/database/transaction.ts';
import type { UserError } from '#shared/errors/errors.ts';
import type { AccountIdentity } from '#shared/identity/identity.ts';
import { carryingRefusals, shipmentRefusals, windowOf } from '../domain/assignment.ts';
import type { AssignBest } from '../domain/assignment-input.ts';
import type { Recommendation } from '../domain/recommendation.ts';
import { scarcityOf } from '../domain/supply.ts';
import type { Load } from '../entities.ts';
import { findCurrentAssignment, makeAssignment } from './assignments.ts';
import { supplyFor } from './candidates.ts';
import { lockLoad, type StandingLoad } from './loads.ts';
import { alreadyAssigned, unknownShipment, weighPairs } from './recommendations.ts';
import { lockDriver, lockVehicle } from './records.ts';

/** What happened to one shipment. All fields are JSON, because a repeated call returns the same. */
export type Choice = {
  readonly shipmentId: string;
  readonly driverId: string | null;
  readonly vehicleId: string | null;
  readonly total: number | null;
  /** Null for a dry run, and if any shipment was refused. */
  readonly assignmentId: string | null;
  readonly userErrors: readonly (UserError & { readonly [name: string]: string | readonly string[] | null })[];
};

/** Undoes the transaction of a dry run, or of a call in which a shipment was refused, and carries what was found. */
export class Undone extends Error {
  override name = 'Undone';
  readonly choices: readonly Choice[];

  constructor(choices: readonly Choice[]) {
    super('The assignments were undone.');
    this.choices = choices.map((choice) => ({ ...choice, assignmentId: null }));
  }
}

const maxPairs = 50;

/**
 * Assigns each shipment to its best pair of driver and vehicle, or to the next one if that is taken; the soonest pickup
 * chooses first. All or nothing. All loads are locked first, in the order of their ids. Drivers and vehicles that another
 * change holds are passed over, so that no two calls wait for each other.
 * @throws Undone
 */
export async function assignBest(
  transaction: Transaction,
  caller: AccountIdentity,
  { shipmentIds, dryRun }: AssignBest,
  now: Date,
): Promise<readonly Choice[]> {
  const standing = new Map<string, StandingLoad | null>();
  for (const id of shipmentIds.toSorted()) standing.set(id, await lockLoad(transaction.em, id));
  const choices = new Map<string, Choice>();
  const pickupOf = (id: string) => standing.get(id)?.load.pickupFrom.getTime() ?? 0;
  for (const id of shipmentIds.toSorted((left, right) => pickupOf(left) - pickupOf(right))) {
    const found = standing.get(id) ?? null;
    choices.set(id, { ...(await chooseFor(transaction, caller, found, now)), shipmentId: id });
  }
  const inOrder = shipmentIds.flatMap((id) => choices.get(id) ?? []);
  if (dryRun || inOrder.some(({ userErrors }) => userErrors.length > 0)) throw new Undone(inOrder);
  return inOrder;
}

type Chosen = Omit<Choice, 'shipmentId'>;

async function chooseFor(
  transaction: Transaction,
  caller: AccountIdentity,
  standing: StandingLoad | null,
  now: Date,
): Promise<Chosen> {
  if (!standing) return refused(unknownShipment);
  const { em } = transaction;
  const { load, state, risk } = standing;
  const holding = await findCurrentAssignment(em, load.shipmentId);
  if (holding?.state === 'ACTIVE') return refused(alreadyAssigned);
  const refusals = shipmentRefusals(state, risk);
  if (refusals.length > 0) return refused(...refusals);
  const { recommendations } = await weighPairs(em, load, { first: maxPairs, now });
  for (const pair of recommendations) {
    const assignmentId = await tryPair(transaction, caller, load, pair, now);
    const { driverId, vehicleId, total } = pair;
    if (assignmentId !== null) return { driverId, vehicleId, total, assignmentId, userErrors: [] };
  }
  return refused(recommendations.length > 0 ? allTaken : scarcityOf(load, await supplyFor(em, load)));
}

const allTaken: UserError = {
  code: 'DOUBLE_BOOKED',
  field: ['shipmentIds'],
  message: 'The drivers and vehicles for this shipment were taken a moment ago. Try again.',
};

function refused(...userErrors: readonly UserError[]): Chosen {
  const own = userErrors.map((error) => ({ ...error, field: ['shipmentIds'] }));
  return { driverId: null, vehicleId: null, total: null, assignmentId: null, userErrors: own };
}

/** @returns the id of the assignment; null if the driver or the vehicle was taken since the pair was weighed */
async function tryPair(
  transaction: Transaction,
  caller: AccountIdentity,
  load: Load,
  { driverId, vehicleId }: Recommendation,
  now: Date,
): Promise<string | null> {
  const { em } = transaction;
  if (!(await lockFree(em, load, driverId, vehicleId))) return null;
  const [driver, vehicle] = [await lockDriver(em, driverId), await lockVehicle(em, vehicleId)];
  if (carryingRefusals(load, driver, vehicle).length > 0) return null;
  return (await makeAssignment(transaction, caller, { load, driver, vehicle }, now)).id;
}

/** Locks a driver and a vehicle, unless another change holds one of them or they have an assignment by now. */
async function lockFree(em: EntityManager, load: Load, driverId: string, vehicleId: string): Promise<boolean> {
  const driver = await query(em, sql`select id from driver where id = ${driverId} for update skip locked`);
  if (driver.length === 0) return false;
  const vehicle = await query(em, sql`select id from vehicle where id = ${vehicleId} for update skip locked`);
  if (vehicle.length === 0) return false;
  const { startsAt, endsAt } = windowOf(load);
  const taken = await query(
    em,
    sql`select 1 from assignment where state <> 'RELEASED' and (driver_id = ${driverId} or vehicle_id = ${vehicleId})
      and tstzrange(starts_at, ends_at) && tstzrange(${startsAt}, ${endsAt}) limit 1`,
  );
  return taken.length === 0;
}
