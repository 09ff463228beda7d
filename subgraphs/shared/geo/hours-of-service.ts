const hourMs = 3_600_000;

/** Ten hours of rest after eleven of driving (49 CFR 395.3(a)). */
export const drivingHoursMost = 11;
export const restHours = 10;
/** A driver may be on duty 70 hours within eight days (49 CFR 395.3(b)). */
export const dutyHoursMost = 70;
export const dutyDays = 8;

/** What a truck makes on a lane on average, stops for fuel included. */
const cruiseMetersPerHour = 80_000;
export const cruiseMetersPerSecond = cruiseMetersPerHour / 3_600;

/** Rests that a single driver takes within so many hours of driving; none after the last. */
export function restsDuring(drivingHours: number): number {
  return Math.max(0, Math.ceil(drivingHours / drivingHoursMost) - 1);
}

/** Milliseconds that a single driver needs for so many metres, rests included. */
export function transitMs(meters: number): number {
  const drivingHours = meters / cruiseMetersPerHour;
  return Math.round((drivingHours + restsDuring(drivingHours) * restHours) * hourMs);
}
