import { arcMeters, earthRadiusMeters, type Point, type Vector, vectorOf } from '#shared/geo/sphere.ts';

export interface WayPoint extends Point {
  /** Course in degrees clockwise from north, 0 up to 360. */
  readonly headingDegrees: number;
}

interface Leg {
  readonly start: Vector;
  readonly end: Vector;
  /** Metres from the beginning of the way. */
  readonly from: number;
  readonly meters: number;
}

const degrees = 180 / Math.PI;

/** Great circles through a list of stops. */
export class Way {
  readonly #legs: readonly Leg[];
  readonly meters: number;

  /** @param stops at least one place */
  constructor(stops: readonly Point[]) {
    const vectors = stops.map(vectorOf);
    const legs: Leg[] = [];
    let from = 0;
    for (const [index, end] of vectors.entries()) {
      const start = vectors[index - 1];
      if (!start && vectors.length > 1) continue;
      const meters = start ? arcMeters(start, end) : 0;
      legs.push({ start: start ?? end, end, from, meters });
      from += meters;
    }
    if (legs.length === 0) throw new RangeError('a way needs at least one stop');
    this.#legs = legs;
    this.meters = from;
  }

  /** The place at a share of the way, 0 to 1 (Slerp; Shoemake, SIGGRAPH 1985). */
  at(share: number): WayPoint {
    const target = Math.max(0, Math.min(1, share)) * this.meters;
    const leg = this.#legs.find(({ from, meters }) => target <= from + meters) ?? this.#legs.at(-1)!;
    const place = between(leg, leg.meters === 0 ? 0 : Math.max(0, Math.min(1, (target - leg.from) / leg.meters)));
    return { ...placeOf(place), headingDegrees: headingAt(place, leg) };
  }
}

function between({ start, end, meters }: Leg, share: number): Vector {
  const angle = meters / earthRadiusMeters;
  if (angle < 1e-9) return start;
  const a = Math.sin((1 - share) * angle) / Math.sin(angle);
  const b = Math.sin(share * angle) / Math.sin(angle);
  return [a * start[0] + b * end[0], a * start[1] + b * end[1], a * start[2] + b * end[2]];
}

function placeOf([x, y, z]: Vector): Point {
  return { latitude: Math.atan2(z, Math.hypot(x, y)) * degrees, longitude: Math.atan2(y, x) * degrees };
}

/** Initial course from here to the end of the leg. At the end, the course of arrival. */
function headingAt(here: Vector, { start, end }: Leg): number {
  const ahead = arcMeters(here, end) > 1;
  const [from, to] = ahead ? [here, end] : [start, end];
  const { latitude, longitude } = placeOf(from);
  const [lat, lon] = [latitude / degrees, longitude / degrees];
  const east = -Math.sin(lon) * to[0] + Math.cos(lon) * to[1];
  const north = -Math.sin(lat) * Math.cos(lon) * to[0] - Math.sin(lat) * Math.sin(lon) * to[1] + Math.cos(lat) * to[2];
  // Rounding may turn −0.0001 into 360 itself.
  return (Math.atan2(east, north) * degrees + 360) % 360;
}
