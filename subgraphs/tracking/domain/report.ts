import type { Point } from '#shared/geo/sphere.ts';
import { isSomewhere } from '#shared/input/place.ts';
import { findPlaceFault } from './place-check.ts';

export const maxBatchSize = 500;
/** A less accurate fix could place a truck in the next street. */
const maxAccuracyMeters = 50;
/** How far a device's clock may run ahead. */
const maxFutureSeconds = 120;
/** How long a device without network may keep its positions. */
const maxAgeDays = 7;
const maxSpeedMetersPerSecond = 100;
const maxSequence = 2_147_483_647;

/** One position as a device reports it. */
export interface PositionReport {
  readonly vehicleId: string;
  readonly driverId?: string | null;
  readonly recordedAt: Date;
  readonly location: Point;
  readonly accuracyMeters: number;
  readonly speedMetersPerSecond?: number | null;
  readonly headingDegrees?: number | null;
  readonly sequence?: number | null;
}

export type RefusalCode =
  | 'INACCURATE'
  | 'IN_FUTURE'
  | 'TOO_OLD'
  | 'BAD_COORDINATES'
  | 'BAD_READING'
  | 'UNKNOWN_VEHICLE'
  | 'UNKNOWN_DRIVER'
  | 'NOT_YOUR_VEHICLE'
  | 'TWO_PLACES';

/** Why one position of a batch was refused. The other positions are stored. */
export interface PositionRefusal {
  readonly index: number;
  readonly code: RefusalCode;
  readonly message: string;
}

export type DoubtCode = 'TOO_FAST' | 'DRIVER_ELSEWHERE';

/** Why one position of a batch cannot be true. It is stored all the same. */
export interface PositionDoubt {
  readonly index: number;
  readonly code: DoubtCode;
  readonly message: string;
}

type Fault = Omit<PositionRefusal, 'index'>;

/** Finds a fault that shows in the position itself or against the clock. */
export function findFault(report: PositionReport, now: Date): Fault | null {
  return findLocationFault(report.location) ?? findTimeFault(report.recordedAt, now) ?? findReadingFault(report);
}

function findLocationFault(location: Point): Fault | null {
  const fault = findPlaceFault(location);
  if (fault) return { code: 'BAD_COORDINATES', message: fault };
  if (isSomewhere(location)) return null;
  return {
    code: 'BAD_COORDINATES',
    message: 'Receivers without a fix send 0, 0. Report again once the receiver has a fix.',
  };
}

function findTimeFault(recordedAt: Date, now: Date): Fault | null {
  const ageSeconds = (now.getTime() - recordedAt.getTime()) / 1000;
  if (ageSeconds < -maxFutureSeconds) {
    const message = `recordedAt may be at most ${maxFutureSeconds} s ahead of the server's clock; got ${Math.ceil(-ageSeconds)} s.`;
    return { code: 'IN_FUTURE', message };
  }
  if (!(ageSeconds <= maxAgeDays * 86_400)) {
    return {
      code: 'TOO_OLD',
      message: `recordedAt may be at most ${maxAgeDays} days ago; got ${recordedAt.toISOString()}.`,
    };
  }
  return null;
}

function findReadingFault({
  accuracyMeters,
  speedMetersPerSecond,
  headingDegrees,
  sequence,
}: PositionReport): Fault | null {
  if (accuracyMeters > maxAccuracyMeters) {
    return {
      code: 'INACCURATE',
      message: `The accuracy must be ${maxAccuracyMeters} m or better; got ${accuracyMeters} m.`,
    };
  }
  return (
    outside('accuracyMeters', accuracyMeters, 0, maxAccuracyMeters) ??
    outside('speedMetersPerSecond', speedMetersPerSecond, 0, maxSpeedMetersPerSecond) ??
    outside('headingDegrees', headingDegrees, 0, 360) ??
    outside('sequence', sequence, 0, maxSequence)
  );
}

function outside(name: string, value: number | null | undefined, least: number, most: number): Fault | null {
  if (value == null || (value >= least && value <= most)) return null;
  return { code: 'BAD_READING', message: `${name} must be from ${least} to ${most}; got ${value}.` };
}
