import type { EntityManager } from '#shared/database/database.ts';
import { query } from '#shared/database/query.ts';
import { sql } from '#shared/database/sql.ts';
import type { Transaction } from '#shared/database/transaction.ts';
import { Refusal, type UserError } from '#shared/errors/errors.ts';
import type { AccountIdentity } from '#shared/identity/identity.ts';
import { carryingRefusals, windowOf } from '../domain/assignment.ts';
import { type Carriers, makeAssignment } from './assignments.ts';
import { lockLoads } from './loads.ts';
import { type Planned, planBest } from './plan-best.ts';
import { lockPairs } from './records.ts';

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

/** Rolls back a call in which a shipment was refused, and carries what was found. */
export class Undone extends Error {
  override name = 'Undone';
  readonly choices: readonly Choice[];

  constructor(choices: readonly Choice[]) {
    super('The assignments were undone.');
    this.choices = choices;
  }
}

/** Another change took a driver or a vehicle after they were chosen. Another attempt chooses the next ones. */
export class Overtaken extends Undone {
  override name = 'Overtaken';

  constructor(plan: readonly Planned[]) {
    super(choicesOf(plan.map(({ shipmentId }) => ({ shipmentId, pair: null, refusals: [allTaken] }))));
  }
}

const allTaken: UserError = {
  code: 'DOUBLE_BOOKED',
  field: ['shipmentIds'],
  message: 'The drivers and vehicles for these shipments were taken a moment ago, several times in a row. Try again.',
};

/** What `assignBest` would do now. */
export async function previewBest(em: EntityManager, shipmentIds: readonly string[], now: Date) {
  return choicesOf(await planBest(em, shipmentIds, now));
}

/**
 * Assigns each shipment to its best pair of driver and vehicle. All or nothing. All rows are locked in one order (loads,
 * drivers, vehicles, each by id), so that concurrent calls wait for each other and never in a circle.
 * @throws Undone, Overtaken
 */
export async function assignBest(
  transaction: Transaction,
  caller: AccountIdentity,
  shipmentIds: readonly string[],
  now: Date,
): Promise<readonly Choice[]> {
  const { em } = transaction;
  await lockLoads(em, shipmentIds);
  const plan = await planBest(em, shipmentIds, now);
  const pairs = plan.flatMap((planned) => (planned.pair ? [{ ...planned.pair, load: planned.load }] : []));
  if (pairs.length < plan.length) throw new Undone(choicesOf(plan));
  const carriers = await lockPairs(em, pairs);
  if (!(await canCarry(em, carriers))) throw new Overtaken(plan);
  const made = new Map<string, string>();
  for (const carrier of carriers) {
    const { id, shipmentId } = await makeAssignment(transaction, caller, carrier, now).catch((error: unknown) => {
      throw error instanceof Refusal ? new Overtaken(plan) : error;
    });
    made.set(shipmentId, id);
  }
  return choicesOf(plan).map((choice) => ({ ...choice, assignmentId: made.get(choice.shipmentId) ?? null }));
}

/**
 * Waits for the attempts of other calls that were overtaken, too. Without it, calls that want the same drivers would overtake
 * each other again and again.
 */
export async function joinQueue(em: EntityManager): Promise<void> {
  await query(em, sql`select pg_advisory_xact_lock(hashtext('fleet-assign-best'))`);
}

/** True if these pairs still fit and are free, now that they are locked. */
async function canCarry(em: EntityManager, carriers: readonly Carriers[]): Promise<boolean> {
  if (carriers.some(({ load, driver, vehicle }) => carryingRefusals(load, driver, vehicle).length > 0)) return false;
  const windows = carriers.map(({ load, driver, vehicle }) => ({
    driverId: driver.id,
    vehicleId: vehicle.id,
    ...windowOf(load),
  }));
  const taken = await query(
    em,
    sql`select 1 from jsonb_to_recordset(${JSON.stringify(windows)}::jsonb)
        as p ("driverId" uuid, "vehicleId" uuid, "startsAt" timestamptz, "endsAt" timestamptz)
      join assignment a on a.state <> 'RELEASED' and (a.driver_id = p."driverId" or a.vehicle_id = p."vehicleId")
        and tstzrange(a.starts_at, a.ends_at) && tstzrange(p."startsAt", p."endsAt") limit 1`,
  );
  return taken.length === 0;
}

function choicesOf(plan: readonly Planned[]): Choice[] {
  return plan.map(({ shipmentId, pair, refusals }, index) => ({
    shipmentId,
    driverId: pair?.driverId ?? null,
    vehicleId: pair?.vehicleId ?? null,
    total: pair?.total ?? null,
    assignmentId: null,
    userErrors: refusals.map((error) => ({ ...error, field: ['shipmentIds', String(index)] })),
  }));
}
