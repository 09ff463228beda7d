import { type ShipmentStatus, shipmentStatuses } from '#shared/vocabulary.ts';

/** The capacity in which a caller acts on a shipment. DISPATCH is the fleet subgraph, when it assigns and releases drivers. */
export type Actor = 'SHIPPER' | 'DRIVER' | 'DISPATCHER' | 'DISPATCH';

/** The actors in messages to clients. */
export const actorNames: Readonly<Record<Actor, string>> = {
  SHIPPER: 'its shipper',
  DRIVER: 'its driver',
  DISPATCHER: 'a dispatcher',
  DISPATCH: 'an assignment',
};

type Steps = { readonly [From in ShipmentStatus]: { readonly [To in ShipmentStatus]?: readonly Actor[] } };

const desk: readonly Actor[] = ['SHIPPER', 'DISPATCHER'];
const road: readonly Actor[] = ['DRIVER', 'DISPATCHER'];

/** The steps of a shipment from status to status, each with the actors who may take it. */
export const steps: Steps = {
  DRAFT: { BOOKED: desk, CANCELLED: desk },
  BOOKED: { ASSIGNED: ['DISPATCH'], CANCELLED: desk },
  ASSIGNED: { BOOKED: ['DISPATCH'], PICKED_UP: road, CANCELLED: desk },
  PICKED_UP: { IN_TRANSIT: road, EXCEPTION: road },
  IN_TRANSIT: { OUT_FOR_DELIVERY: road, EXCEPTION: road },
  OUT_FOR_DELIVERY: { DELIVERED: road, EXCEPTION: road },
  EXCEPTION: { PICKED_UP: road, IN_TRANSIT: road, OUT_FOR_DELIVERY: road, CANCELLED: ['DISPATCHER'] },
  DELIVERED: {},
  CANCELLED: {},
};

const onTheRoad: readonly ShipmentStatus[] = ['PICKED_UP', 'IN_TRANSIT', 'OUT_FOR_DELIVERY'];

/** Status of a shipment. `troubledFrom` is the status in which its current exception arose. */
export interface Standing {
  readonly status: ShipmentStatus;
  readonly troubledFrom: ShipmentStatus | null;
}

export type Verdict = 'ALLOWED' | 'NOT_ALLOWED' | 'INVALID_TRANSITION';

/**
 * Decides whether one of the `actors` may take a shipment to the status `to`. A shipment resumes from an exception at the
 * status where it arose or at an earlier one, such as when goods were refused at the dock. It cannot skip a step.
 */
export function judge({ status, troubledFrom }: Standing, to: ShipmentStatus, actors: readonly Actor[]): Verdict {
  const allowed = steps[status][to];
  if (!allowed) return 'INVALID_TRANSITION';
  if (status === 'EXCEPTION' && to !== 'CANCELLED' && !resumable(troubledFrom, to)) return 'INVALID_TRANSITION';
  return actors.some((actor) => allowed.includes(actor)) ? 'ALLOWED' : 'NOT_ALLOWED';
}

function resumable(troubledFrom: ShipmentStatus | null, to: ShipmentStatus): boolean {
  return troubledFrom !== null && onTheRoad.indexOf(to) <= onTheRoad.indexOf(troubledFrom);
}

/** The statuses to which one of the `actors` may take a shipment. */
export function nextStatuses(standing: Standing, actors: readonly Actor[]): ShipmentStatus[] {
  return shipmentStatuses.filter((to) => judge(standing, to, actors) === 'ALLOWED');
}

/** Statuses of shipments that a vehicle carries. */
export const underwayStatuses = [...onTheRoad, 'EXCEPTION'] as const satisfies readonly ShipmentStatus[];

/** Statuses of ordered shipments that are not delivered yet and can be overdue. */
export const promisedStatuses = [
  'BOOKED',
  'ASSIGNED',
  'PICKED_UP',
  'IN_TRANSIT',
  'OUT_FOR_DELIVERY',
  'EXCEPTION',
] as const satisfies readonly ShipmentStatus[];

/** True if a shipment was delivered after its window, or is ordered, not delivered and past its window. */
export function isLate(
  { status, deliverBy, deliveredAt }: { status: ShipmentStatus; deliverBy: Date | null; deliveredAt: Date | null },
  now: Date,
): boolean {
  if (deliverBy === null) return false;
  if (status === 'DELIVERED') return deliveredAt !== null && deliveredAt > deliverBy;
  return promisedStatuses.some((promised) => promised === status) && now > deliverBy;
}
