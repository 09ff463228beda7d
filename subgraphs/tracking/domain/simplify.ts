import { distanceToSegment, type Point, type Vector, vectorOf } from '#shared/geo/sphere.ts';

export interface Simplified<P extends Point> {
  readonly points: readonly P[];
  /** The tolerance of these points: the requested one, or a larger one if `limit` required it. */
  readonly toleranceMeters: number;
}

/**
 * Reduces the points of a line. No dropped point lies farther from the line than the tolerance, in metres on the sphere.
 * The first and the last point always stay.
 * Ramer (Computer Graphics and Image Processing 1, 1972); Douglas and Peucker (Cartographica 10, 1973).
 * Instead of stopping at the tolerance, each split gets the largest tolerance at which its point is kept. So one pass
 * also finds the `limit` most important points.
 */
export function simplify<P extends Point>(line: readonly P[], toleranceMeters: number, limit: number): Simplified<P> {
  if (line.length <= 2) return { points: line, toleranceMeters };
  const weights = weighPoints(line.map(vectorOf), toleranceMeters);
  const kept = weights.filter((weight) => weight > toleranceMeters);
  const tolerance = kept.length <= limit ? toleranceMeters : (kept.sort((a, b) => b - a)[limit] ?? toleranceMeters);
  return { points: line.filter((_, index) => (weights[index] ?? 0) > tolerance), toleranceMeters: tolerance };
}

/** For each point, the largest tolerance at which it is kept. 0 for points that are dropped at `least`. */
function weighPoints(line: readonly Vector[], least: number): number[] {
  const weights = line.map(() => 0);
  const last = line.length - 1;
  weights[0] = Number.POSITIVE_INFINITY;
  weights[last] = Number.POSITIVE_INFINITY;
  // An explicit stack: a track that bends at every point would overflow the call stack.
  const stack: (readonly [from: number, to: number, limit: number])[] = [[0, last, Number.POSITIVE_INFINITY]];
  for (let span = stack.pop(); span; span = stack.pop()) {
    const [from, to, limit] = span;
    const farthest = farthestBetween(line, from, to);
    if (!farthest || farthest.meters <= least) continue;
    // A point can't be kept at a tolerance at which the split above it is dropped.
    const weight = Math.min(limit, farthest.meters);
    weights[farthest.index] = weight;
    stack.push([from, farthest.index, weight], [farthest.index, to, weight]);
  }
  return weights;
}

function farthestBetween(
  line: readonly Vector[],
  from: number,
  to: number,
): { index: number; meters: number } | undefined {
  const start = line[from];
  const end = line[to];
  if (!start || !end || to - from < 2) return undefined;
  const distance = distanceToSegment(start, end);
  let best = { index: from, meters: -1 };
  for (let index = from + 1; index < to; index++) {
    const meters = distance(line[index] ?? start);
    if (meters > best.meters) best = { index, meters };
  }
  return best;
}
