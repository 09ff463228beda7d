import { greatCircleMeters, type Point } from '#shared/geo/sphere.ts';
import { legsOf } from './plausibility.ts';
import { simplify } from './simplify.ts';

export interface Fix extends Point {
  readonly recordedAt: Date;
  readonly speedMetersPerSecond: number | null;
}

export interface Track {
  readonly points: readonly Fix[];
  readonly toleranceMeters: number;
  readonly distanceMeters: number;
  readonly durationSeconds: number;
  readonly startedAt: Date;
  readonly endedAt: Date;
  readonly recordedCount: number;
  /** Positions that are left out, because the vehicle cannot have driven there. */
  readonly doubtfulCount: number;
  readonly sampled: boolean;
}

/** The most points of one track. */
export const maxTrackPoints = 1_000;

/**
 * Makes a simplified track, with the distance driven before simplification.
 * @param fixes in order of time
 * @param recordedCount number of plausible recorded positions; more than `fixes` if these are a sample
 * @param doubtfulCount number of recorded positions that are left out
 * @returns null without a fix
 */
export function toTrack(
  fixes: readonly Fix[],
  recordedCount: number,
  toleranceMeters: number,
  maxPoints = maxTrackPoints,
  doubtfulCount = 0,
): Track | null {
  const first = fixes[0];
  const last = fixes.at(-1);
  if (!first || !last) return null;
  return {
    ...simplify(fixes, toleranceMeters, maxPoints),
    distanceMeters: legsOf(fixes).reduce((meters, leg) => meters + distanceAlong(leg), 0),
    durationSeconds: (last.recordedAt.getTime() - first.recordedAt.getTime()) / 1000,
    startedAt: first.recordedAt,
    endedAt: last.recordedAt,
    recordedCount,
    doubtfulCount,
    sampled: recordedCount > fixes.length,
  };
}

function distanceAlong(line: readonly Point[]): number {
  let meters = 0;
  for (let index = 1; index < line.length; index++) {
    const from = line[index - 1];
    const to = line[index];
    if (from && to) meters += greatCircleMeters(from, to);
  }
  return meters;
}
