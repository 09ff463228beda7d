import { greatCircleMeters, type Point } from '#shared/geo/sphere.ts';

export interface PlacedStep extends Point {
  readonly occurredAt: Date;
}

/** Yards are large, and drivers record a step some time after it. */
const slackMeters = 50_000;
/** 150 km/h, which no truck exceeds for long. */
const maxMetersPerSecond = 42;

/** True if a vehicle cannot be at this place: too far from its stop, or from the step before in the time between them. */
export function isDoubtful(place: Point, at: Date, from: PlacedStep): boolean {
  const seconds = Math.max(0, at.getTime() - from.occurredAt.getTime()) / 1000;
  return greatCircleMeters(from, place) > slackMeters + maxMetersPerSecond * seconds;
}
