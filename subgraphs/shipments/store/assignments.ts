import type { Transaction } from '#shared/database/transaction.ts';
import type { EventPayload } from '#shared/events/topics.ts';
import type { ShipmentStatus } from '#shared/vocabulary.ts';
import { lockAnyShipment } from './shipments.ts';
import { announceChange, takeStep } from './steps.ts';

/** Statuses in which another driver can take over. */
const underway: readonly ShipmentStatus[] = ['ASSIGNED', 'PICKED_UP', 'IN_TRANSIT', 'OUT_FOR_DELIVERY', 'EXCEPTION'];

/**
 * Records an assignment of the fleet subgraph, which takes a BOOKED shipment to ASSIGNED. Ignored if the shipment was
 * cancelled or delivered in the meantime. The fleet subgraph then gets that event and releases the assignment.
 */
export async function noteAssignment(
  transaction: Transaction,
  { assignmentId, shipmentId, driverId, vehicleId, at, accountId }: EventPayload<'assignment.created'>,
  now: Date,
): Promise<void> {
  const shipment = await lockAnyShipment(transaction.em, shipmentId);
  if (!shipment || shipment.assignmentId === assignmentId) return;
  const takesOver = underway.includes(shipment.status);
  if (shipment.status !== 'BOOKED' && !takesOver) return;
  transaction.em.assign(shipment, { assignmentId, driverId, vehicleId });
  if (takesOver) {
    shipment.version += 1;
    shipment.updatedAt = now;
    announceChange(transaction.announce, shipment);
  } else {
    takeStep(transaction, shipment, {
      to: 'ASSIGNED',
      at: notBefore(shipment.statusChangedAt, at),
      recordedAt: now,
      actorAccountId: accountId ?? null,
    });
  }
}

/** Records a release, which takes an ASSIGNED shipment to BOOKED. A finished shipment keeps its driver and vehicle. */
export async function noteRelease(
  transaction: Transaction,
  { assignmentId, shipmentId, reason, at, accountId }: EventPayload<'assignment.released'>,
  now: Date,
): Promise<void> {
  const shipment = await lockAnyShipment(transaction.em, shipmentId);
  if (!shipment || shipment.assignmentId !== assignmentId || !underway.includes(shipment.status)) return;
  transaction.em.assign(shipment, { assignmentId: null, driverId: null, vehicleId: null });
  if (shipment.status === 'ASSIGNED') {
    takeStep(transaction, shipment, {
      to: 'BOOKED',
      at: notBefore(shipment.statusChangedAt, at),
      recordedAt: now,
      actorAccountId: accountId ?? null,
      note: reason,
    });
  } else {
    shipment.version += 1;
    shipment.updatedAt = now;
    announceChange(transaction.announce, shipment);
  }
}

/** Clocks of subgraphs differ slightly, but the times of a shipment's steps must not decrease. */
function notBefore(earliest: Date, text: string): Date {
  const at = new Date(text);
  return at < earliest ? earliest : at;
}
