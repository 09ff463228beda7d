/** How far one driver comes: 80 km/h, ten hours of rest after every eleven of driving (49 CFR 395.3). */
export const cruiseMetersPerSecond = 80_000 / 3600;
const drivingMs = 11 * 3_600_000;
const cycleMs = 21 * 3_600_000;

export interface Progress {
  readonly roadMeters: number;
  readonly resting: boolean;
}

/** Where a driver is after this long on the road. */
export function progressAfter(elapsedMs: number): Progress {
  const elapsed = Math.max(0, elapsedMs);
  const within = elapsed % cycleMs;
  const driven = Math.floor(elapsed / cycleMs) * drivingMs + Math.min(within, drivingMs);
  return { roadMeters: (driven / 1000) * cruiseMetersPerSecond, resting: within >= drivingMs };
}
