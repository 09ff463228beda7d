const hourMs = 3_600_000;

/** A driver must rest 10 hours after 11 hours of driving (49 CFR 395.3(a)). */
export const maxDrivingHours = 11;
export const restHours = 10;
/** A driver may be on duty 70 hours within eight days (49 CFR 395.3(b)). */
export const maxDutyHours = 70;
export const dutyDays = 8;

/** Average speed of a truck on a lane, including fuel stops. */
const cruiseMetersPerHour = 80_000;
export const cruiseMetersPerSecond = cruiseMetersPerHour / 3_600;

/** Number of rests of a single driver during these hours of driving, without one at the end. */
export function restsDuring(drivingHours: number): number {
  return Math.max(0, Math.ceil(drivingHours / maxDrivingHours) - 1);
}

/** Milliseconds that a single driver needs for this distance, including rests. */
export function transitMs(meters: number): number {
  const drivingHours = meters / cruiseMetersPerHour;
  return Math.round((drivingHours + restsDuring(drivingHours) * restHours) * hourMs);
}
