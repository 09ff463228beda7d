import type { Transaction } from '#shared/database/transaction.ts';
import { refuse } from '#shared/errors/errors.ts';
import type { AccountIdentity } from '#shared/identity/identity.ts';
import { bookedOf } from '../domain/payloads.ts';
import { lockShipment, stopsOf } from './shipments.ts';
import { auditStep, requireStep, takeStep } from './steps.ts';

/** Refuses a pickup window that has ended. @throws Refusal PICKUP_IN_PAST */
export function requireFuturePickup(pickupUntil: Date | null | undefined, now: Date): void {
  if (pickupUntil && pickupUntil > now) return;
  refuse(
    'PICKUP_IN_PAST',
    pickupUntil
      ? `The pickup window ended at ${pickupUntil.toISOString()}. Give a later one.`
      : 'Give a pickup window.',
    'stops.0.windowEnd',
  );
}

/** Maximum time between a window and the moment of the change, before and after it. */
const pastMs = 366 * 86_400_000;
const futureMs = 3 * 366 * 86_400_000;

/** Refuses windows in a year for which nobody plans, such as 1970 or 2062. */
export function requirePlausibleWindows(stops: readonly { windowStart: Date; windowEnd: Date }[], now: Date): void {
  const earliest = new Date(now.getTime() - pastMs);
  const latest = new Date(now.getTime() + futureMs);
  for (const [index, { windowStart, windowEnd }] of stops.entries()) {
    if (windowStart >= earliest && windowEnd <= latest) continue;
    const field = windowStart < earliest ? 'windowStart' : 'windowEnd';
    const [from, to] = [earliest, latest].map((at) => at.toISOString().slice(0, 10));
    refuse('INVALID_TIME', `The window must be between ${from} and ${to}.`, `stops.${index}.${field}`);
  }
}

/** Books a draft and emits shipment.booked. */
export async function bookShipment(
  transaction: Transaction,
  identity: AccountIdentity,
  { shipmentId, expectedVersion }: { shipmentId: string; expectedVersion?: number | null | undefined },
  now: Date,
): Promise<void> {
  const { em, emit } = transaction;
  const shipment = await lockShipment(em, identity, shipmentId, expectedVersion);
  requireStep(identity, shipment, 'BOOKED');
  const stops = await stopsOf(em, shipmentId);
  requireFuturePickup(stops[0]?.windowEnd, now);
  takeStep(transaction, shipment, { to: 'BOOKED', at: now, recordedAt: now, actorAccountId: identity.accountId });
  await em.flush();
  await emit('shipment.booked', bookedOf(shipment, stops));
  auditStep(transaction, 'SHIPMENT_BOOKED', shipment, 'DRAFT', now);
}
