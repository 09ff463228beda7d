/** A place on earth in degrees (WGS 84). */
export interface Point {
  readonly latitude: number;
  readonly longitude: number;
}

const earthRadiusMeters = 6_371_008.8;
/** Road over great-circle distance in North America (Ballou, Rahardja and Sakai, Transportation Research A 36, 2002). */
const circuity = 1.2;
const metersPerHour = 80_000;
const drivingHoursPerDuty = 11;
const restHours = 10;

/** Great-circle metres on the mean sphere (haversine). */
export function greatCircleMeters(from: Point, to: Point): number {
  const radians = Math.PI / 180;
  const sinLatitude = Math.sin(((to.latitude - from.latitude) * radians) / 2);
  const sinLongitude = Math.sin(((to.longitude - from.longitude) * radians) / 2);
  const chord =
    sinLatitude * sinLatitude +
    Math.cos(from.latitude * radians) * Math.cos(to.latitude * radians) * sinLongitude * sinLongitude;
  return 2 * earthRadiusMeters * Math.asin(Math.sqrt(Math.min(1, chord)));
}

/** Estimated road metres between two places. */
export function roadMeters(from: Point, to: Point): number {
  return Math.round(greatCircleMeters(from, to) * circuity);
}

/**
 * Seconds a single driver needs for these metres: 80 km/h on average, ten hours of rest after every eleven of driving
 * (49 CFR 395.3).
 */
export function transitSeconds(meters: number): number {
  const driving = meters / metersPerHour;
  const rests = Math.max(0, Math.ceil(driving / drivingHoursPerDuty) - 1);
  return Math.round((driving + rests * restHours) * 3600);
}
