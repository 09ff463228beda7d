import type { RoadPoint } from '#shared/geo/road.ts';
import type { Point } from '#shared/geo/sphere.ts';
import { labelOf, type Place } from './place.ts';

/** Where a driver or vehicle will be free, from when on, and how that is known. */
export interface Whereabouts {
  readonly place: RoadPoint;
  readonly freeAt: Date;
  /** The source in words, such as "Chicago, IL, the home base". */
  readonly source: string;
}

/** The last assignment before a load's window: where and when it ends, and whether it was delivered. */
export interface Before {
  readonly place: Place;
  readonly freeAt: Date;
  readonly isDelivered: boolean;
}

/** A position that tracking told. */
export interface Seen extends Point {
  readonly at: Date;
}

/** What fleet knows of the place of a driver or vehicle. */
export interface Traces {
  readonly home: Place;
  readonly before: Before | null;
  readonly seen: Seen | null;
}

/**
 * Where a driver or vehicle will be when it can start for a load. A load still to deliver decides; then the newer of the last
 * position and the last stop; then the home base.
 */
export function whereaboutsOf({ home, before, seen }: Traces, now: Date): Whereabouts {
  if (before && !before.isDelivered) {
    const freeAt = new Date(Math.max(now.getTime(), before.freeAt.getTime()));
    return { place: before.place, freeAt, source: `${labelOf(before.place)}, where the last load before it ends` };
  }
  if (seen && (!before || seen.at >= before.freeAt)) {
    const { latitude, longitude } = seen;
    const source = `${latitude.toFixed(2)}, ${longitude.toFixed(2)}, the position ${ageOf(seen.at, now)} ago`;
    return { place: { latitude, longitude, country: (before?.place ?? home).country }, freeAt: now, source };
  }
  if (before) return { place: before.place, freeAt: now, source: `${labelOf(before.place)}, the last stop` };
  return { place: home, freeAt: now, source: `${labelOf(home)}, the home base` };
}

function ageOf(at: Date, now: Date): string {
  const minutes = Math.max(0, Math.round((now.getTime() - at.getTime()) / 60_000));
  return minutes < 120 ? `${minutes} min` : `${Math.round(minutes / 60)} h`;
}
