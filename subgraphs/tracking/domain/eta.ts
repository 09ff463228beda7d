import { cruiseMetersPerSecond, maxDrivingHours, restHours, restsDuring } from '#shared/geo/hours-of-service.ts';
import { usualRoadFactor } from '#shared/geo/road.ts';
import { greatCircleMeters, type Point } from '#shared/geo/sphere.ts';

/** The known facts of a load on the road. */
export interface Journey {
  readonly origin: Point | null;
  readonly destination: Point | null;
  /** Road distance planned over all stops. */
  readonly plannedMeters: number | null;
  readonly position: (Point & { readonly recordedAt: Date }) | null;
  /** Mean speed while moving, as `recentSpeed` says. Null if too few speeds are known. */
  readonly recentSpeedMetersPerSecond: number | null;
}

/** The recent speed is the mean of the speeds in this time, without those of a standing vehicle. It needs so many speeds. */
export const recentSpeed = { withinMs: 2 * 3_600_000, leastMetersPerSecond: 2, leastCount: 10 } as const;

export type Basis = 'RECENT_SPEED' | 'LANE_DEFAULT';
export type UnknownReason = 'NOT_ON_THE_ROAD' | 'NO_POSITION' | 'STALE_POSITION' | 'NO_DESTINATION';

export type Eta =
  | { readonly status: 'UNKNOWN'; readonly unknownReason: UnknownReason }
  | {
      readonly status: 'ESTIMATED';
      readonly arrivesAt: Date;
      readonly earliestAt: Date;
      readonly latestAt: Date;
      readonly remainingMeters: number;
      readonly speedMetersPerSecond: number;
      readonly basis: Basis;
    };

const speedRange = { least: 4, most: 33 } as const;
const roadFactorRange = { least: 1, most: 2.5 } as const;
const hourMs = 3_600_000;
/** Without a report for longer than this, the position of a truck is unknown. */
const staleMs = 6 * hourMs;
const drivingMs = maxDrivingHours * hourMs;
const restMs = restHours * hourMs;
/** Half the width of the interval, as a share of the driving time. */
const spread = { RECENT_SPEED: 0.15, LANE_DEFAULT: 0.3 } as const;
const minSpreadMs = 10 * 60_000;

/**
 * Estimates when a load on the road arrives at its last stop: remaining great circle × road factor ÷ speed, plus the
 * rests that the law requires. The interval covers the spread of the speed, one rest more or less, and the time since
 * the last report. It is a rule of thumb, not a fitted model.
 */
export function estimateArrival(journey: Journey | null, now: Date): Eta {
  if (!journey) return unknown('NOT_ON_THE_ROAD');
  const { destination, position, recentSpeedMetersPerSecond } = journey;
  if (!destination) return unknown('NO_DESTINATION');
  if (!position) return unknown('NO_POSITION');
  const silentMs = Math.max(0, now.getTime() - position.recordedAt.getTime());
  if (silentMs > staleMs) return unknown('STALE_POSITION');

  const basis: Basis = recentSpeedMetersPerSecond === null ? 'LANE_DEFAULT' : 'RECENT_SPEED';
  const speed = clamp(recentSpeedMetersPerSecond ?? cruiseMetersPerSecond, speedRange);
  const remainingMeters = greatCircleMeters(position, destination) * roadFactorOf(journey);
  const driving = (remainingMeters / speed) * 1000;
  const rests = restsDuring(driving / hourMs);
  // The vehicle had not arrived at its last report, so an arrival in the past means now.
  const arrival = Math.max(now.getTime(), position.recordedAt.getTime() + driving + rests * restMs);
  const halfWidth = Math.max(minSpreadMs, driving * spread[basis]) + silentMs / 2;
  // The hours driven before now are unknown, so one more rest may be due.
  const oneMoreRest = driving > drivingMs / 2 ? restMs : 0;
  const oneRestLess = rests > 0 ? restMs : 0;
  return {
    status: 'ESTIMATED',
    arrivesAt: new Date(arrival),
    earliestAt: new Date(Math.max(now.getTime(), arrival - halfWidth - oneRestLess)),
    latestAt: new Date(arrival + halfWidth + oneMoreRest),
    remainingMeters,
    speedMetersPerSecond: speed,
    basis,
  };
}

function unknown(unknownReason: UnknownReason): Eta {
  return { status: 'UNKNOWN', unknownReason };
}

function roadFactorOf({ origin, destination, plannedMeters }: Journey): number {
  if (!origin || !destination || !plannedMeters) return usualRoadFactor;
  const direct = greatCircleMeters(origin, destination);
  // Round trips and loads within a town give no useful road factor.
  return direct < 5_000 ? usualRoadFactor : clamp(plannedMeters / direct, roadFactorRange);
}

function clamp(value: number, { least, most }: { readonly least: number; readonly most: number }): number {
  return Math.max(least, Math.min(most, value));
}
