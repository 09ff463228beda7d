/** An assignment as tracking knows it from events. Times in Unix milliseconds; null = not yet. */
export interface Duty {
  readonly vehicleId: string;
  readonly driverId: string;
  readonly assignedAt: number;
  /** When the work begins: the planned start, or the pickup where that came first. */
  readonly startsAt: number;
  /** Delivery, cancellation or release. */
  readonly endedAt: number | null;
}

/** After the last delivery the truck still goes home. */
const wayHomeMs = 12 * 3_600_000;

/**
 * The driver in charge of a vehicle at a time: the one whose work began last; before any began, the one assigned last, who
 * is on the way to the pickup.
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
 * True where a driver may report for the vehicle at that time: at work on it, or on the way to or from that work while
 * nobody else is at work on it.
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
  return assignedAt <= at && (endedAt === null || at <= endedAt + wayHomeMs);
}

function latest(duties: readonly Duty[], by: (duty: Duty) => number): Duty | undefined {
  return duties.reduce<Duty | undefined>((best, duty) => (best && by(best) >= by(duty) ? best : duty), undefined);
}
