import { query } from '#shared/database/query.ts';
import { sql } from '#shared/database/sql.ts';
import type { Transaction } from '#shared/database/transaction.ts';
import type { EventPayload } from '#shared/events/topics.ts';
import { carryingRefusals } from '../domain/assignment.ts';
import type { LoadState } from '../domain/load.ts';
import { pointsForDelivery, pointsForStars } from '../domain/rewards.ts';
import { type Assignment, DriverEntity, type Load, VehicleEntity } from '../entities.ts';
import { complete, findCurrentAssignment, moveWindow, release } from './assignments.ts';
import { keepLoad, storeRisk, storeState } from './loads.ts';
import { keepRating } from './ratings.ts';
import { earn } from './rewards.ts';
import { recordChange } from './scores.ts';

/*
 * Reactions to events of shipments and risk. Events of one shipment arrive in order. Events of different shipments, and
 * of risk, arrive in any order.
 */

/** Stores a booked shipment. If it changes after its assignment, the assignment is moved, or released if it does not fit. */
export async function booked(transaction: Transaction, event: EventPayload<'shipment.booked'>): Promise<void> {
  const { em } = transaction;
  const load = loadOf(event);
  const kept = await keepLoad(em, load);
  if (!kept?.before) return;
  const holding = await findCurrentAssignment(em, load.shipmentId);
  if (holding?.state !== 'ACTIVE') return;
  const misfit = await findMisfit(transaction, holding, load);
  if (misfit)
    await release(transaction, holding, { reason: `The shipment changed: ${misfit}`, at: new Date(event.bookedAt) });
}

async function findMisfit({ em }: Transaction, holding: Assignment, load: Load): Promise<string | null> {
  const driver = await em.findOneOrFail(DriverEntity, { id: holding.driverId });
  const vehicle = await em.findOneOrFail(VehicleEntity, { id: holding.vehicleId });
  const [refusal] = carryingRefusals(load, driver, vehicle);
  if (refusal) return refusal.message;
  return (await moveWindow(em, holding, load))
    ? null
    : 'The driver or the vehicle has another assignment in the new window.';
}

function loadOf(event: EventPayload<'shipment.booked'>): Load {
  return {
    shipmentId: event.shipmentId,
    reference: event.reference,
    organizationId: event.organizationId,
    equipment: event.equipment,
    weightKg: event.weightKg,
    volumeM3: event.volumeM3,
    distanceMeters: event.distanceMeters,
    stops: [event.origin, ...(event.via ?? []), event.destination],
    pickupFrom: new Date(event.pickupFrom),
    pickupUntil: event.pickupUntil ? new Date(event.pickupUntil) : null,
    deliverBy: new Date(event.deliverBy),
    bookedAt: new Date(event.bookedAt),
    version: event.version,
  };
}

/** Stores the risk decision. BLOCK releases an active assignment whose load was not picked up yet. */
export async function assessed(transaction: Transaction, event: EventPayload<'risk.assessed'>): Promise<void> {
  const { em } = transaction;
  const at = new Date(event.at);
  if (!(await storeRisk(em, event, at)) || event.decision !== 'BLOCK') return;
  const holding = await findCurrentAssignment(em, event.shipmentId);
  const [standing] = await query<{ state: LoadState }>(
    em,
    sql`select state from load_state where shipment_id = ${event.shipmentId}`,
  );
  if (holding?.state === 'ACTIVE' && standing?.state === 'BOOKED')
    await release(transaction, holding, { reason: 'Blocked by risk', at });
}

/** Stores the progress of a shipment. Its assignment stays. */
export async function progressed(
  { em }: Transaction,
  { shipmentId, at }: { shipmentId: string; at: string },
  state: LoadState,
): Promise<void> {
  await storeState(em, shipmentId, state, new Date(at));
}

/** Completes the assignment and credits the driver, once per shipment. */
export async function delivered(transaction: Transaction, event: EventPayload<'shipment.delivered'>): Promise<void> {
  const { em } = transaction;
  const { shipmentId, onTime, distanceMeters } = event;
  const at = new Date(event.at);
  if (!(await storeState(em, shipmentId, 'DELIVERED', at))) return;
  const holding = await findCurrentAssignment(em, shipmentId);
  if (holding?.state === 'ACTIVE') await complete(em, holding, at, onTime);
  const driverId = event.driverId ?? holding?.driverId;
  if (!driverId) return;
  const change = {
    deliveries: 1,
    onTime: onTime ? 1 : 0,
    distanceMeters,
    transitSeconds: Math.max(0, (at.getTime() - Date.parse(event.pickedUpAt)) / 1000),
  };
  if (await recordChange(transaction, driverId, change, at))
    await earn(em, driverId, pointsForDelivery, { note: 'Delivery', at, shipmentId });
}

export async function cancelled(transaction: Transaction, event: EventPayload<'shipment.cancelled'>): Promise<void> {
  const { em } = transaction;
  const at = new Date(event.at);
  if (!(await storeState(em, event.shipmentId, 'CANCELLED', at))) return;
  const holding = await findCurrentAssignment(em, event.shipmentId);
  if (holding?.state === 'ACTIVE')
    await release(transaction, holding, { reason: `Shipment cancelled: ${event.reason}`, at });
}

/** Credits the stars to the driver. A corrected rating counts by its difference, at the time of the first rating. */
export async function rated(transaction: Transaction, event: EventPayload<'shipment.rated'>): Promise<void> {
  const { em } = transaction;
  const { shipmentId, stars } = event;
  const driverId = event.driverId ?? (await findCurrentAssignment(em, shipmentId))?.driverId;
  if (!driverId || !(await em.findOne(DriverEntity, { id: driverId }))) return;
  const at = new Date(event.at);
  const before = await keepRating(em, { shipmentId, driverId, stars, at });
  const difference = stars - (before?.stars ?? 0);
  if (difference === 0) return;
  await recordChange(transaction, driverId, { ratings: before ? 0 : 1, stars: difference }, before?.at ?? at);
  const note = before ? `Rating corrected to ${stars} stars` : `Rating of ${stars} stars`;
  await earn(em, driverId, pointsForStars(difference), { note, at, shipmentId });
}
