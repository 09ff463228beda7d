import { distanceToSegment, type Point, type Vector, vectorOf } from '#shared/geo/sphere.ts';

export interface Simplified<P extends Point> {
  readonly points: readonly P[];
  /** The tolerance that holds for these points: the one asked for, or more where `limit` forced it. */
  readonly toleranceMeters: number;
}

/**
 * A line with fewer points: none of those left out lies farther from the line than the tolerance, in metres on the
 * sphere. Ramer (Computer Graphics and Image Processing 1, 1972); Douglas and Peucker (Cartographica 10, 1973).
 * Instead of being cut off at the tolerance, each split gets the tolerance up to which it survives, so that one pass
 * also answers which `limit` points matter most. First and last point always stay.
 */
export function simplify<P extends Point>(line: readonly P[], toleranceMeters: number, limit: number): Simplified<P> {
  if (line.length <= 2) return { points: line, toleranceMeters };
  const weights = weightsOf(line.map(vectorOf), toleranceMeters);
  const kept = weights.filter((weight) => weight > toleranceMeters);
  const tolerance = kept.length <= limit ? toleranceMeters : (kept.sort((a, b) => b - a)[limit] ?? toleranceMeters);
  return { points: line.filter((_, index) => (weights[index] ?? 0) > tolerance), toleranceMeters: tolerance };
}

/** For each point the largest tolerance at which it is still kept; 0 for those that fall at `least` already. */
function weightsOf(line: readonly Vector[], least: number): number[] {
  const weights = line.map(() => 0);
  const last = line.length - 1;
  weights[0] = Number.POSITIVE_INFINITY;
  weights[last] = Number.POSITIVE_INFINITY;
  // A stack of our own: a track that bends at every point would overflow the call stack.
  const stack: (readonly [from: number, to: number, limit: number])[] = [[0, last, Number.POSITIVE_INFINITY]];
  for (let span = stack.pop(); span; span = stack.pop()) {
    const [from, to, limit] = span;
    const farthest = farthestBetween(line, from, to);
    if (!farthest || farthest.meters <= least) continue;
    // A split can't outlive the split that made it possible.
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
