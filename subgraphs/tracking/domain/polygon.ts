import { earthRadiusMeters, type Point } from '#shared/geo/sphere.ts';

/**
 * A ring in the plane of longitude (x) and latitude (y), in degrees. Longitudes continue past ±180 instead of wrapping.
 * A ring around a pole is closed along that pole. Edges are straight in this plane, as in GeoJSON (RFC 7946, 3.1.1).
 */
export interface Ring {
  readonly xs: readonly number[];
  readonly ys: readonly number[];
  readonly west: number;
  readonly east: number;
  readonly south: number;
  readonly north: number;
}

/** A tenth of a millimetre: positions this close to the border are on it, and so inside. */
const borderDegrees = 1e-9;

/** Degrees from one longitude to the next in the shorter direction, in [-180, 180). */
export function longitudeStep(from: number, to: number): number {
  const step = to - from;
  if (step >= -180 && step < 180) return step;
  return ((((step + 180) % 360) + 360) % 360) - 180;
}

export function toRing(vertices: readonly Point[]): Ring {
  const xs: number[] = [];
  const ys: number[] = [];
  let x = vertices[0]?.longitude ?? 0;
  for (const [index, vertex] of vertices.entries()) {
    const before = vertices[index - 1];
    // Uses the longitude itself where it needs no wrap: sums of steps would lose the last digits of border coordinates.
    x = before ? unwrapped(x, before.longitude, vertex.longitude) : vertex.longitude;
    xs.push(x);
    ys.push(vertex.latitude);
  }
  closeAlongPole(xs, ys, vertices);
  return {
    xs,
    ys,
    west: Math.min(...xs),
    east: Math.max(...xs),
    south: Math.min(...ys),
    north: Math.max(...ys),
  };
}

function unwrapped(x: number, from: number, to: number): number {
  const target = x + longitudeStep(from, to);
  const turns = Math.round((target - to) / 360);
  return to + 360 * turns;
}

/** Closes a ring that ends a full turn away from its start: it contains the nearer pole. */
function closeAlongPole(xs: number[], ys: number[], vertices: readonly Point[]): void {
  const first = vertices[0];
  const last = vertices.at(-1);
  if (!first || !last) return;
  const start = xs[0] ?? 0;
  const end = unwrapped(xs.at(-1) ?? 0, last.longitude, first.longitude);
  if (Math.abs(end - start) < 180) return;
  const mean = ys.reduce((sum, y) => sum + y, 0) / ys.length;
  const pole = mean >= 0 ? 90 : -90;
  xs.push(end, end, start);
  ys.push(first.latitude, pole, pole);
}

/** True inside the ring and on its border (even-odd rule; Shimrat, Communications of the ACM 5, 1962). */
export function ringContains(ring: Ring, { latitude, longitude }: Point): boolean {
  if (latitude < ring.south - borderDegrees || latitude > ring.north + borderDegrees) return false;
  return turnsWithin(ring, longitude).some((x) => onBorder(ring, x, latitude) || evenOdd(ring, x, latitude));
}

/** The longitude, shifted by whole turns, wherever it lies in the span of the ring. */
function turnsWithin(ring: Ring, longitude: number): number[] {
  return [longitude - 360, longitude, longitude + 360].filter(
    (x) => x >= ring.west - borderDegrees && x <= ring.east + borderDegrees,
  );
}

function evenOdd({ xs, ys }: Ring, x: number, y: number): boolean {
  let inside = false;
  for (let index = 0, before = xs.length - 1; index < xs.length; before = index++) {
    const y1 = ys[index] ?? 0;
    const y2 = ys[before] ?? 0;
    if (y1 > y === y2 > y) continue;
    const x1 = xs[index] ?? 0;
    const x2 = xs[before] ?? 0;
    if (x < ((x2 - x1) * (y - y1)) / (y2 - y1) + x1) inside = !inside;
  }
  return inside;
}

function onBorder({ xs, ys }: Ring, x: number, y: number): boolean {
  for (let index = 0, before = xs.length - 1; index < xs.length; before = index++) {
    const foot = nearestOn(x, y, xs[before] ?? 0, ys[before] ?? 0, xs[index] ?? 0, ys[index] ?? 0);
    if (Math.abs(x - foot.x) <= borderDegrees && Math.abs(y - foot.y) <= borderDegrees) return true;
  }
  return false;
}

function nearestOn(x: number, y: number, x1: number, y1: number, x2: number, y2: number): { x: number; y: number } {
  const dx = x2 - x1;
  const dy = y2 - y1;
  const square = dx * dx + dy * dy;
  const share = square === 0 ? 0 : Math.max(0, Math.min(1, ((x - x1) * dx + (y - y1) * dy) / square));
  return { x: x1 + share * dx, y: y1 + share * dy };
}

/** Metres from a place to the nearest edge. Degrees are scaled at the place's latitude, which is accurate up to a few kilometres. */
export function metersToBorder(ring: Ring, { latitude, longitude }: Point): number {
  const metersPerDegree = (earthRadiusMeters * Math.PI) / 180;
  const squeeze = Math.cos((latitude * Math.PI) / 180);
  let least = Number.POSITIVE_INFINITY;
  for (const turn of [longitude - 360, longitude, longitude + 360]) {
    for (let index = 0, before = ring.xs.length - 1; index < ring.xs.length; before = index++) {
      const foot = nearestOn(
        0,
        0,
        ((ring.xs[before] ?? 0) - turn) * squeeze,
        (ring.ys[before] ?? 0) - latitude,
        ((ring.xs[index] ?? 0) - turn) * squeeze,
        (ring.ys[index] ?? 0) - latitude,
      );
      least = Math.min(least, Math.hypot(foot.x, foot.y) * metersPerDegree);
    }
  }
  return least;
}

/** True if two edges that are not neighbours touch or cross. */
export function crossesItself(ring: Ring): boolean {
  const count = ring.xs.length;
  for (let first = 0; first < count; first++) {
    for (let second = first + 2; second < count; second++) {
      if (first === 0 && second === count - 1) continue;
      if (edgesMeet(ring, first, second)) return true;
    }
  }
  return false;
}

function edgesMeet(ring: Ring, first: number, second: number): boolean {
  const a = corner(ring, first);
  const b = corner(ring, first + 1);
  const c = corner(ring, second);
  const d = corner(ring, second + 1);
  const straddles = side(a, b, c) * side(a, b, d) <= 0 && side(c, d, a) * side(c, d, b) <= 0;
  return straddles && overlap(a.x, b.x, c.x, d.x) && overlap(a.y, b.y, c.y, d.y);
}

interface Corner {
  readonly x: number;
  readonly y: number;
}

function corner({ xs, ys }: Ring, index: number): Corner {
  return { x: xs[index % xs.length] ?? 0, y: ys[index % ys.length] ?? 0 };
}

function side(a: Corner, b: Corner, p: Corner): number {
  return Math.sign((b.x - a.x) * (p.y - a.y) - (b.y - a.y) * (p.x - a.x));
}

function overlap(a: number, b: number, c: number, d: number): boolean {
  return Math.max(Math.min(a, b), Math.min(c, d)) <= Math.min(Math.max(a, b), Math.max(c, d));
}

/** Twice the area in square degrees. 0 for a ring that encloses nothing. */
export function doubleArea({ xs, ys }: Ring): number {
  let sum = 0;
  for (let index = 0, before = xs.length - 1; index < xs.length; before = index++) {
    sum += (xs[before] ?? 0) * (ys[index] ?? 0) - (xs[index] ?? 0) * (ys[before] ?? 0);
  }
  return Math.abs(sum);
}
