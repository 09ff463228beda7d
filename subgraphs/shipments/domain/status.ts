import { type ShipmentStatus, shipmentStatuses } from '#shared/vocabulary.ts';

/** In which capacity somebody acts on a shipment. DISPATCH is what fleet does by assigning and releasing. */
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

/** Who may take which step: the whole life of a shipment. */
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

/** Where a shipment stands; `troubledFrom` is the status in which its present exception arose. */
export interface Standing {
  readonly status: ShipmentStatus;
  readonly troubledFrom: ShipmentStatus | null;
}

export type Verdict = 'ALLOWED' | 'NOT_ALLOWED' | 'INVALID_TRANSITION';

/**
 * Whether somebody acting as `actors` may take a shipment to `to`. An exception ends where it arose or before it (goods
 * refused at the dock go back on the road), never beyond: no step of the journey is skipped.
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

/** The steps open to somebody acting as `actors`. */
export function nextStatuses(standing: Standing, actors: readonly Actor[]): ShipmentStatus[] {
  return shipmentStatuses.filter((to) => judge(standing, to, actors) === 'ALLOWED');
}

/** Statuses of shipments that are promised and not yet delivered: those which can be overdue. */
export const promisedStatuses = [
  'BOOKED',
  'ASSIGNED',
  'PICKED_UP',
  'IN_TRANSIT',
  'OUT_FOR_DELIVERY',
  'EXCEPTION',
] as const satisfies readonly ShipmentStatus[];

/** Past the delivery window and not delivered, or delivered after it; drafts and cancelled shipments promise nothing. */
export function isLate(
  { status, deliverBy, deliveredAt }: { status: ShipmentStatus; deliverBy: Date | null; deliveredAt: Date | null },
  now: Date,
): boolean {
  if (deliverBy === null) return false;
  if (status === 'DELIVERED') return deliveredAt !== null && deliveredAt > deliverBy;
  return promisedStatuses.some((promised) => promised === status) && now > deliverBy;
}
