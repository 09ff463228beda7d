/** A point on earth (WGS 84), in degrees. */
export interface Point {
  readonly latitude: number;
  readonly longitude: number;
}

const earthRadiusMeters = 6_371_008.8;
/** Road over great-circle distance in North America; Ballou, Rahardja and Sakai, Transportation Research A 36 (2002). */
const circuity: Readonly<Record<string, number>> = { US: 1.2, CA: 1.3, MX: 1.46 };
const circuityElsewhere = 1.3;
const radians = Math.PI / 180;

/** Great-circle distance in metres on the mean sphere (haversine). */
function greatCircleMeters(from: Point, to: Point): number {
  const sinLatitude = Math.sin(((to.latitude - from.latitude) * radians) / 2);
  const sinLongitude = Math.sin(((to.longitude - from.longitude) * radians) / 2);
  const chord =
    sinLatitude ** 2 + Math.cos(from.latitude * radians) * Math.cos(to.latitude * radians) * sinLongitude ** 2;
  return 2 * earthRadiusMeters * Math.asin(Math.sqrt(Math.min(1, chord)));
}

/** Estimated metres of road over stops in driving order: great circles times the road factor of both countries. */
export function roadMeters(stops: readonly { readonly location: Point; readonly country: string }[]): number {
  let meters = 0;
  for (const [index, stop] of stops.entries()) {
    const before = stops[index - 1];
    if (!before) continue;
    const factor =
      ((circuity[before.country] ?? circuityElsewhere) + (circuity[stop.country] ?? circuityElsewhere)) / 2;
    meters += greatCircleMeters(before.location, stop.location) * factor;
  }
  return Math.round(meters);
}
