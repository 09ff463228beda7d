/** A place on earth in degrees (WGS 84). Distances use the mean sphere, which is at most 0.6 % off the ellipsoid. */
export interface Point {
  readonly latitude: number;
  readonly longitude: number;
}

/** Mean radius R1 of WGS 84 (IUGG), metres. */
export const earthRadiusMeters = 6_371_008.8;

const radians = Math.PI / 180;

/** Great-circle distance in metres (haversine; Sinnott, Sky and Telescope 68, 1984). */
export function greatCircleMeters(from: Point, to: Point): number {
  const sinLatitude = Math.sin(((to.latitude - from.latitude) * radians) / 2);
  const sinLongitude = Math.sin(((to.longitude - from.longitude) * radians) / 2);
  const chord =
    sinLatitude * sinLatitude +
    Math.cos(from.latitude * radians) * Math.cos(to.latitude * radians) * sinLongitude * sinLongitude;
  return 2 * earthRadiusMeters * Math.asin(Math.sqrt(Math.min(1, chord)));
}

/** Unit vector from the centre of the earth. Unlike degrees it is continuous at the antimeridian and at the poles. */
export type Vector = readonly [x: number, y: number, z: number];

export function vectorOf({ latitude, longitude }: Point): Vector {
  const cosLatitude = Math.cos(latitude * radians);
  return [
    cosLatitude * Math.cos(longitude * radians),
    cosLatitude * Math.sin(longitude * radians),
    Math.sin(latitude * radians),
  ];
}

function dot(a: Vector, b: Vector): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

function cross(a: Vector, b: Vector): Vector {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}

function length(a: Vector): number {
  return Math.hypot(a[0], a[1], a[2]);
}

/** Metres along the surface between two unit vectors. Numerically stable for short and long distances. */
export function arcMeters(a: Vector, b: Vector): number {
  return earthRadiusMeters * Math.atan2(length(cross(a, b)), dot(a, b));
}

/**
 * Distance in metres from a point to the great-circle segment from `start` to `end`: the cross-track distance if the foot of
 * the perpendicular lies on the segment, else the distance to the nearer end (n-vector form; Gade, Journal of Navigation
 * 63, 2010).
 */
export function distanceToSegment(start: Vector, end: Vector): (point: Vector) => number {
  const normal = cross(start, end);
  const size = length(normal);
  // Ends closer than a tenth of a millimetre do not define a great circle.
  if (size < 1e-11) return (point) => arcMeters(start, point);
  const pole: Vector = [normal[0] / size, normal[1] / size, normal[2] / size];
  const afterStart = cross(pole, start);
  const beforeEnd = cross(end, pole);
  return (point) =>
    dot(afterStart, point) >= 0 && dot(beforeEnd, point) >= 0
      ? earthRadiusMeters * Math.abs(Math.asin(Math.max(-1, Math.min(1, dot(pole, point)))))
      : Math.min(arcMeters(start, point), arcMeters(end, point));
}
