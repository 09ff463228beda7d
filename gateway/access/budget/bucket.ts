/** A token bucket (ITU-T I.371, "leaky bucket as a meter"). */
export interface BucketSize {
  /** Points of a full bucket. */
  readonly burst: number;
  /** Points that are added in `perMs` milliseconds, evenly. */
  readonly points: number;
  readonly perMs: number;
}

/**
 * Content of a bucket at a time in milliseconds. One point is `perMs` units, and each millisecond adds `points` units: all numbers are integers, so
 * that no rounding grants or refuses a point.
 */
export interface BucketLevel {
  readonly units: number;
  readonly at: number;
}

export function perSecond(points: number, burst: number): BucketSize {
  return { burst, points, perMs: 1_000 };
}

/** A bucket that holds the points of one window. */
export function perWindow(points: number, seconds: number): BucketSize {
  return { burst: points, points, perMs: seconds * 1_000 };
}

export function fullBucket({ burst, perMs }: BucketSize, now: number): BucketLevel {
  return { units: burst * perMs, at: now };
}

/** Adds what has been restored since the level was computed. A clock that goes back restores nothing. */
export function refill({ units, at }: BucketLevel, { burst, points, perMs }: BucketSize, now: number): BucketLevel {
  if (now <= at) return { units: Math.min(units, burst * perMs), at };
  return { units: Math.min(units + (now - at) * points, burst * perMs), at: now };
}

/** Milliseconds until the bucket has the points. */
export function waitMs({ units }: BucketLevel, { points, perMs }: BucketSize, wanted: number): number {
  return Math.max(0, Math.ceil((wanted * perMs - units) / points));
}

/** Whole points in the bucket, at least 0. */
export function pointsIn({ units }: BucketLevel, { perMs }: BucketSize): number {
  return Math.max(0, Math.floor(units / perMs));
}

/** One of several equal shares of a bucket, of which all together hold and restore as much as the bucket. */
export function shareOf({ burst, points, perMs }: BucketSize, shares: number): BucketSize {
  return { burst: Math.max(1, Math.floor(burst / shares)), points, perMs: perMs * shares };
}
