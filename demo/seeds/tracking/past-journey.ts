import { cruiseMetersPerSecond } from '#shared/geo/hours-of-service.ts';
import type { Point } from '#shared/geo/sphere.ts';
import type { Position } from '../../../subgraphs/tracking/domain/position.ts';
import { progressAfter } from '../../driving.ts';
import { Way } from '../../way.ts';
import type { Shipment } from '../../world.ts';

const stepMs = 10 * 60_000;
const shownMs = 36 * 3_600_000;
/** The largest share of the way that a truck has covered before it is out for delivery. */
const nearlyThere = 0.985;

/**
 * Positions that a load of the demo world would have reported on its last day and a half, every ten minutes up to `now`;
 * at least one.
 */
export function journeyOf(shipment: Shipment, now: Date): Position[] {
  const { assignment, pickedUpAt } = shipment;
  if (!assignment || !pickedUpAt) return [];
  const way = new Way(shipment.stops);
  const stopped = shipment.status === 'EXCEPTION' ? shipment.statusChangedAt.getTime() : Number.POSITIVE_INFINITY;
  const departed = timeOf(shipment, 'IN_TRANSIT') ?? Number.POSITIVE_INFINITY;
  const out = timeOf(shipment, 'OUT_FOR_DELIVERY') ?? Number.POSITIVE_INFINITY;
  const from = Math.max(pickedUpAt.getTime(), now.getTime() - shownMs);
  const positions: Position[] = [];
  // Counted back from now, so that all trucks reported recently, but at different times.
  const age = Math.min(Number.parseInt(assignment.id.slice(-1), 16) * 20_000, now.getTime() - from);
  for (let at = now.getTime() - age; at >= from; at -= stepMs) {
    const { roadMeters, resting } = progressAfter(Math.min(at, stopped) - departed);
    const share = Math.min(nearlyThere, roadMeters / shipment.distanceMeters);
    const here = way.at(at >= out ? Math.max(share, nearlyThere) : share);
    const moving = at > departed && at < stopped && !resting && share < nearlyThere;
    positions.push(reading(assignment.vehicleId, assignment.driverId, here, new Date(at), moving, here.headingDegrees));
  }
  return positions.reverse();
}

/** One position of a parked vehicle, some minutes old. */
export function parkedAt(vehicleId: string, place: Point, now: Date, index: number): Position {
  return reading(vehicleId, null, place, new Date(now.getTime() - (index % 50) * 60_000), false, null);
}

function timeOf(shipment: Shipment, status: Shipment['status']): number | undefined {
  return shipment.events.find(({ toStatus }) => toStatus === status)?.occurredAt.getTime();
}

function reading(
  vehicleId: string,
  driverId: string | null,
  { latitude, longitude }: Point,
  recordedAt: Date,
  moving: boolean,
  headingDegrees: number | null,
): Position {
  return {
    vehicleId,
    driverId,
    recordedAt,
    latitude,
    longitude,
    accuracyMeters: 5,
    speedMetersPerSecond: moving ? cruiseMetersPerSecond : 0,
    headingDegrees: moving ? headingDegrees : null,
    sequence: null,
    receivedAt: recordedAt,
  };
}
