import type { Transaction } from '#shared/database/transaction.ts';
import { refuse } from '#shared/errors/errors.ts';
import type { AccountIdentity } from '#shared/identity/identity.ts';
import { deliveredOf, steppedOf } from '../domain/payloads.ts';
import type { AdvanceInput } from '../domain/step-input.ts';
import { ProofEntity, type ShipmentRow, type StopRow } from '../entities.ts';
import { forgetArrival } from './arrivals.ts';
import { isPlaceDoubtful } from './doubtful-place.ts';
import { lockShipment, stopsOf } from './shipments.ts';
import { auditStep, requireStep, takeStep } from './steps.ts';

/** Milliseconds by which clocks of devices may be ahead. */
const toleranceMs = 60_000;

/** Takes a shipment one step on the road and emits its event. */
export async function advanceShipment(
  transaction: Transaction,
  identity: AccountIdentity,
  input: AdvanceInput,
  now: Date,
): Promise<void> {
  const { em, emit } = transaction;
  const { to, note, proofOfDelivery: proof } = input;
  const shipment = await lockShipment(em, identity, input.shipmentId, input.expectedVersion);
  requireStep(identity, shipment, to);
  if (to === 'DELIVERED' && !proof)
    refuse('PROOF_REQUIRED', 'A delivery needs a proof. Give it in `proofOfDelivery`.', 'proofOfDelivery');
  if (to !== 'DELIVERED' && proof)
    refuse(
      'INVALID_INPUT',
      `Only the step to DELIVERED has a proof of delivery. Leave it out for ${to}.`,
      'proofOfDelivery',
    );
  if (to === 'EXCEPTION' && note === null)
    refuse('REASON_REQUIRED', 'An exception needs a reason. Give it in `note`.', 'note');
  const at = timeOf(input.at, shipment, now);
  const from = shipment.status;

  const stops = await stopsOf(em, shipment.id);
  const stop = stopOf(to, shipment.pickedUpAt, stops);
  if (stop) stop.arrivedAt = at;
  const location = input.location ?? (stop && placed(stop));
  const place = input.place ?? (stop && !input.location ? `${stop.city}, ${stop.region}` : null);
  takeStep(transaction, shipment, {
    to,
    at,
    recordedAt: now,
    actorAccountId: identity.accountId,
    place,
    location: location ?? null,
    doubtful: input.location
      ? await isPlaceDoubtful(em, shipment.id, { place: input.location, at, stops, reached: stop })
      : null,
    note,
  });
  if (proof) {
    em.create(ProofEntity, {
      shipmentId: shipment.id,
      ...proof,
      signedAt: at,
      latitude: location?.latitude ?? null,
      longitude: location?.longitude ?? null,
      recordedByAccountId: identity.accountId,
    });
  }
  await em.flush();
  if (to === 'DELIVERED') await forgetArrival(em, shipment.id);
  await tell(emit, shipment, note);
  auditStep(transaction, 'SHIPMENT_ADVANCED', shipment, from, now);
}

/** Cancels a shipment before its pickup or in an exception. */
export async function cancelShipment(
  transaction: Transaction,
  identity: AccountIdentity,
  {
    shipmentId,
    expectedVersion,
    reason,
  }: { shipmentId: string; expectedVersion?: number | null | undefined; reason: string },
  now: Date,
): Promise<void> {
  const { em, emit } = transaction;
  const shipment = await lockShipment(em, identity, shipmentId, expectedVersion);
  requireStep(identity, shipment, 'CANCELLED');
  const from = shipment.status;
  takeStep(transaction, shipment, {
    to: 'CANCELLED',
    at: now,
    recordedAt: now,
    actorAccountId: identity.accountId,
    note: reason,
  });
  await em.flush();
  await forgetArrival(em, shipment.id);
  await emit('shipment.cancelled', { ...steppedOf(shipment), reason });
  auditStep(transaction, 'SHIPMENT_CANCELLED', shipment, from, now);
}

function timeOf(given: Date | null | undefined, { statusChangedAt }: ShipmentRow, now: Date): Date {
  const at = given ?? now;
  if (given && (at < statusChangedAt || at.getTime() > now.getTime() + toleranceMs)) {
    const range = `${statusChangedAt.toISOString()} (the previous step) and ${now.toISOString()} (now)`;
    refuse('INVALID_TIME', `The time must be between ${range}.`, 'at');
  }
  // The previous step can have the time of a device whose clock is slightly ahead.
  return at < statusChangedAt ? statusChangedAt : at;
}

/** The stop that a step reaches: the pickup at the first PICKED_UP, or the delivery. */
function stopOf(to: AdvanceInput['to'], pickedUpAt: Date | null | undefined, stops: StopRow[]): StopRow | undefined {
  if (to === 'PICKED_UP' && !pickedUpAt) return stops[0];
  return to === 'DELIVERED' ? stops.at(-1) : undefined;
}

function placed({ latitude, longitude }: StopRow) {
  return latitude == null || longitude == null ? null : { latitude, longitude };
}

async function tell(emit: Transaction['emit'], shipment: ShipmentRow, note: string | null): Promise<void> {
  switch (shipment.status) {
    case 'PICKED_UP':
      return emit('shipment.pickedUp', steppedOf(shipment));
    case 'IN_TRANSIT':
      return emit('shipment.inTransit', steppedOf(shipment));
    case 'OUT_FOR_DELIVERY':
      return emit('shipment.outForDelivery', steppedOf(shipment));
    case 'DELIVERED':
      return emit('shipment.delivered', deliveredOf(shipment));
    case 'EXCEPTION':
      return emit('shipment.exception', { ...steppedOf(shipment), reason: note ?? '' });
    default:
      throw new RangeError(`${shipment.status} is not a step on the road.`);
  }
}
