/** An assignment, from events. Times are Unix milliseconds. */
export interface Duty {
  readonly vehicleId: string;
  readonly driverId: string;
  readonly assignedAt: number;
  /** When the work starts: at the planned start, or at the pickup if that was earlier. */
  readonly startsAt: number;
  /** Time of delivery, cancellation or release. Null while the duty lasts. */
  readonly endedAt: number | null;
}

/** After the last delivery the driver still has to take the vehicle home. */
const returnTripMs = 12 * 3_600_000;

/**
 * The driver in charge of a vehicle at a time: the driver whose work started last. If no work has started, it is the
 * driver assigned last, who is on the way to the pickup.
 */
export function driverInCharge(duties: readonly Duty[], at: number): string | null {
  const working = latest(
    duties.filter((duty) => isWorking(duty, at)),
    (duty) => duty.startsAt,
  );
  const open = latest(
    duties.filter((duty) => isOpen(duty, at)),
    (duty) => duty.assignedAt,
  );
  return (working ?? open)?.driverId ?? null;
}

/**
 * True if a driver may report for the vehicle at that time: during the driver's work with it, or on the way to or from
 * that work while no other driver works with the vehicle.
 */
export function mayReport(duties: readonly Duty[], driverId: string, at: number): boolean {
  const own = duties.filter((duty) => duty.driverId === driverId);
  if (own.some((duty) => isWorking(duty, at))) return true;
  const takenByOthers = duties.some((duty) => duty.driverId !== driverId && isWorking(duty, at));
  return !takenByOthers && own.some((duty) => isOpen(duty, at));
}

function isWorking({ startsAt, endedAt }: Duty, at: number): boolean {
  return startsAt <= at && (endedAt === null || at < endedAt);
}

function isOpen({ assignedAt, endedAt }: Duty, at: number): boolean {
  return assignedAt <= at && (endedAt === null || at <= endedAt + returnTripMs);
}

function latest(duties: readonly Duty[], by: (duty: Duty) => number): Duty | undefined {
  return duties.reduce<Duty | undefined>((best, duty) => (best && by(best) >= by(duty) ? best : duty), undefined);
}
