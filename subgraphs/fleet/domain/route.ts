import { transitMs } from '#shared/geo/hours-of-service.ts';
import { roadMeters } from '#shared/geo/road.ts';
import type { StopKind } from '#shared/vocabulary.ts';
import type { Place } from './place.ts';

export interface RouteStop {
  /** 0 is the pickup. */
  readonly sequence: number;
  readonly kind: StopKind;
  readonly place: Place;
  /** Of the leg that ends here. Null at the pickup. */
  readonly legDistanceMeters: number | null;
  readonly legDurationSeconds: number | null;
  /** Planned arrival if the pickup starts as planned. */
  readonly plannedAt: Date;
}

export interface Route {
  readonly distanceMeters: number;
  readonly durationSeconds: number;
  readonly stops: readonly RouteStop[];
}

const intermediateStopSeconds = 3600;

/**
 * The planned route of a shipment. Its road distance is divided among the legs in proportion to their lengths.
 * The driver rests after every eleven hours of driving. Each intermediate stop takes an hour.
 * @param places pickup first, delivery last
 * @param distanceMeters road distance over all legs
 */
export function planRoute(places: readonly Place[], distanceMeters: number, pickupFrom: Date): Route {
  const legs = places.slice(1).map((place, index) => roadMeters(places[index]!, place));
  const total = legs.reduce((sum, meters) => sum + meters, 0);
  const stops: RouteStop[] = [];
  let drivenMeters = 0;
  let elapsedSeconds = 0;
  for (const [sequence, place] of places.entries()) {
    const kind = kindOf(sequence, places.length);
    if (sequence === 0) {
      stops.push(stop(sequence, kind, place, null, null, pickupFrom, 0));
      continue;
    }
    const share = total === 0 ? 1 / legs.length : (legs[sequence - 1] ?? 0) / total;
    const leg = share * distanceMeters;
    const seconds = Math.round((transitMs(drivenMeters + leg) - transitMs(drivenMeters)) / 1000);
    drivenMeters += leg;
    elapsedSeconds += seconds;
    stops.push(stop(sequence, kind, place, leg, seconds, pickupFrom, elapsedSeconds));
    if (kind === 'INTERMEDIATE') elapsedSeconds += intermediateStopSeconds;
  }
  return { distanceMeters, durationSeconds: elapsedSeconds, stops };
}

function kindOf(sequence: number, count: number): StopKind {
  if (sequence === 0) return 'PICKUP';
  return sequence === count - 1 ? 'DELIVERY' : 'INTERMEDIATE';
}

function stop(
  sequence: number,
  kind: StopKind,
  place: Place,
  meters: number | null,
  seconds: number | null,
  pickupFrom: Date,
  elapsedSeconds: number,
): RouteStop {
  return {
    sequence,
    kind,
    place,
    legDistanceMeters: meters === null ? null : Math.round(meters),
    legDurationSeconds: seconds,
    plannedAt: new Date(pickupFrom.getTime() + elapsedSeconds * 1000),
  };
}
