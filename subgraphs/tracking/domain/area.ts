import { earthRadiusMeters, greatCircleMeters, type Point } from '#shared/geo/sphere.ts';
import { metersToBorder, type Ring, ringContains, toRing } from './polygon.ts';

/** The area of a geofence. A position on the border is inside. */
export type Area =
  | { readonly kind: 'CIRCLE'; readonly center: Point; readonly radiusMeters: number }
  | { readonly kind: 'POLYGON'; readonly vertices: readonly Point[] };

/** A rectangle in degrees. `west` > `east` if it crosses the antimeridian. */
export interface Bounds {
  readonly south: number;
  readonly west: number;
  readonly north: number;
  readonly east: number;
}

/** An area prepared for many lookups. */
export interface Zone {
  contains(place: Point): boolean;
  /** Metres outside the border; 0 inside. */
  metersOutside(place: Point): number;
  readonly bounds: Bounds;
}

export function toZone(area: Area): Zone {
  return area.kind === 'CIRCLE' ? circle(area.center, area.radiusMeters) : polygon(toRing(area.vertices));
}

function circle(center: Point, radiusMeters: number): Zone {
  const metersOutside = (place: Point) => Math.max(0, greatCircleMeters(center, place) - radiusMeters);
  return {
    contains: (place) => metersOutside(place) === 0,
    metersOutside,
    bounds: boundsOfCircle(center, radiusMeters),
  };
}

function polygon(ring: Ring): Zone {
  const contains = (place: Point) => ringContains(ring, place);
  return {
    contains,
    metersOutside: (place) => (contains(place) ? 0 : metersToBorder(ring, place)),
    bounds: boundsOfRing(ring),
  };
}

function boundsOfCircle({ latitude, longitude }: Point, radiusMeters: number): Bounds {
  const angle = radiusMeters / earthRadiusMeters;
  const reach = (angle * 180) / Math.PI;
  const south = Math.max(-90, latitude - reach);
  const north = Math.min(90, latitude + reach);
  // If the circle contains a pole, every meridian runs through it.
  if (south === -90 || north === 90) return { south, west: -180, north, east: 180 };
  const ratio = Math.sin(angle) / Math.cos((latitude * Math.PI) / 180);
  const width = (Math.asin(Math.min(1, ratio)) * 180) / Math.PI;
  return { south, west: onGlobe(longitude - width), north, east: onGlobe(longitude + width) };
}

function boundsOfRing({ west, east, south, north }: Ring): Bounds {
  if (east - west >= 360) return { south, west: -180, north, east: 180 };
  return { south, west: onGlobe(west), north, east: onGlobe(east) };
}

/** A longitude in [-180, 180]. Longitudes in that range are returned unchanged, to the last digit. */
function onGlobe(longitude: number): number {
  if (longitude < -180) return longitude + 360;
  return longitude > 180 ? longitude - 360 : longitude;
}

/** Bounds as one rectangle, or as two if they cross the antimeridian. */
export function toRectangles(bounds: Bounds): Bounds[] {
  if (bounds.west <= bounds.east) return [bounds];
  return [
    { ...bounds, east: 180 },
    { ...bounds, west: -180 },
  ];
}
