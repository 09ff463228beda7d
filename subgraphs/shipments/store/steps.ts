import type { AuditAction } from '#shared/audit/actions.ts';
import { changesTo } from '#shared/audit/changes.ts';
import type { Transaction } from '#shared/database/transaction.ts';
import { refuse } from '#shared/errors/errors.ts';
import { liveTopics } from '#shared/events/topics.ts';
import type { Point } from '#shared/geo/sphere.ts';
import type { Identity } from '#shared/identity/identity.ts';
import { newId } from '#shared/ids.ts';
import type { ShipmentStatus } from '#shared/vocabulary.ts';
import { actorsOf } from '../domain/actors.ts';
import { actorNames, judge, steps } from '../domain/status.ts';
import { EventEntity, type ShipmentRow } from '../entities.ts';

/** The facts of a step. */
export interface StepFacts {
  readonly to: ShipmentStatus;
  readonly at: Date;
  readonly recordedAt: Date;
  /** Null if no account took the step: its assignment was released because the shipment was blocked, for example. */
  readonly actorAccountId: string | null;
  readonly place?: string | null;
  readonly location?: Point | null;
  readonly doubtful?: boolean | null;
  readonly note?: string | null;
}

/** Refuses a step that the table in domain/status.ts does not allow for this identity. */
export function requireStep(identity: Identity, shipment: ShipmentRow, to: ShipmentStatus): void {
  const { status, troubledFrom = null, organizationId, driverId = null } = shipment;
  const verdict = judge({ status, troubledFrom }, to, actorsOf(identity, { organizationId, driverId }));
  if (verdict === 'INVALID_TRANSITION') {
    refuse('INVALID_TRANSITION', explainInvalid(shipment, to), 'shipmentId');
  }
  if (verdict === 'NOT_ALLOWED') {
    const actors = (steps[status][to] ?? []).map((actor) => actorNames[actor]).join(' or ');
    refuse('NOT_ALLOWED', `Only ${actors} can take this shipment from ${status} to ${to}.`, 'shipmentId');
  }
}

function explainInvalid({ status, troubledFrom }: ShipmentRow, to: ShipmentStatus): string {
  const targets = Object.keys(steps[status]);
  if (status === to) return `This shipment is already ${to}.`;
  if (targets.length === 0) return `This shipment is ${status}, which is final. It can't become ${to}.`;
  const limit = troubledFrom ? ` Its exception arose in ${troubledFrom}, so it can't resume beyond that.` : '';
  return `From ${status} a shipment can go to ${targets.join(', ')}, but not to ${to}.${limit}`;
}

/** Takes a locked shipment to its next status and writes the event. The caller has checked the step. */
export function takeStep({ em, announce }: Transaction, shipment: ShipmentRow, facts: StepFacts): void {
  const { to, at, recordedAt, actorAccountId, place = null, location = null, doubtful = null, note = null } = facts;
  const from = shipment.status;
  shipment.status = to;
  shipment.statusChangedAt = at;
  shipment.updatedAt = recordedAt;
  shipment.version += 1;
  shipment.troubledFrom = to === 'EXCEPTION' ? from : null;
  if (to === 'BOOKED') shipment.bookedAt ??= at;
  if (to === 'PICKED_UP') shipment.pickedUpAt ??= at;
  if (to === 'DELIVERED') shipment.deliveredAt = at;
  if (to === 'CANCELLED') Object.assign(shipment, { cancelledAt: at, cancelReason: note });
  em.create(EventEntity, {
    id: newId(recordedAt.getTime()),
    shipmentId: shipment.id,
    version: shipment.version,
    fromStatus: from,
    toStatus: to,
    occurredAt: at,
    recordedAt,
    actorAccountId,
    place,
    latitude: location?.latitude ?? null,
    longitude: location?.longitude ?? null,
    doubtful,
    note,
  });
  announceChange(announce, shipment);
}

/** Records a step that an account has taken in the audit trail. */
export function auditStep(
  { audit }: Transaction,
  action: AuditAction,
  { id, status }: ShipmentRow,
  from: ShipmentStatus,
  at: Date,
): void {
  audit({ action, target: { kind: 'Shipment', id }, changes: changesTo({ status }, { status: from }), at });
}

/** Publishes the change of a shipment to its live subscribers. */
export function announceChange(
  announce: Transaction['announce'],
  { id, version }: { id: string; version: number },
): void {
  announce(liveTopics.shipment(id), { shipmentId: id, version });
}

/** Tells only staff that a shipment has something new: customers must not notice internal comments. */
export function announceToStaff(
  announce: Transaction['announce'],
  { id, version }: { id: string; version: number },
): void {
  announce(liveTopics.shipmentForStaff(id), { shipmentId: id, version });
}
