import { cruiseMetersPerSecond, maxDrivingHours, restHours } from '#shared/geo/hours-of-service.ts';

const hourMs = 3_600_000;
const drivingMs = maxDrivingHours * hourMs;
const cycleMs = (maxDrivingHours + restHours) * hourMs;

export interface Progress {
  readonly roadMeters: number;
  readonly resting: boolean;
}

/** How far a driver has come after this time on the road, and whether they rest now: eleven hours of driving, then ten of rest, in turn. */
export function progressAfter(elapsedMs: number): Progress {
  const elapsed = Math.max(0, elapsedMs);
  const within = elapsed % cycleMs;
  const driven = Math.floor(elapsed / cycleMs) * drivingMs + Math.min(within, drivingMs);
  return { roadMeters: (driven / 1000) * cruiseMetersPerSecond, resting: within >= drivingMs };
}
