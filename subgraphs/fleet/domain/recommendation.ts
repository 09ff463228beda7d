import { maxDutyHours, transitMs } from '#shared/geo/hours-of-service.ts';
import { roadMeters } from '#shared/geo/road.ts';
import { carryingRefusals } from './assignment.ts';
import type { DriverCandidate, VehicleCandidate } from './candidate.ts';
import type { LoadFacts } from './load.ts';
import type { Place } from './place.ts';
import { type Approach, distanceText, type Reason, reasonsOf, round } from './reasons.ts';
import type { Whereabouts } from './whereabouts.ts';

export interface Recommendation {
  readonly driverId: string;
  readonly vehicleId: string;
  /** False if the driver is on no shift now. */
  readonly isOnDuty: boolean;
  /** 0 to 100: the sum of the reasons' points. */
  readonly total: number;
  readonly reasons: readonly Reason[];
}

export type ExclusionReason = 'NO_FITTING_VEHICLE' | 'OVER_DUTY_HOURS' | 'TOO_FAR';

/** A free driver who is left out. */
export interface Exclusion {
  readonly reason: ExclusionReason;
  readonly explanation: string;
}

export interface Weighed {
  readonly recommendations: readonly Recommendation[];
  readonly excluded: readonly Exclusion[];
}

interface Pair {
  readonly driver: DriverCandidate;
  readonly vehicle: VehicleCandidate;
  readonly approach: Approach;
}

/**
 * The best pairs of driver and vehicle for a load, each driver once, and why the other drivers are left out. Ties go to the
 * nearer pair, then to the smaller id, so that the same input gives the same order.
 */
export function recommend(
  load: LoadFacts,
  drivers: readonly DriverCandidate[],
  vehicles: readonly VehicleCandidate[],
  { first, now }: { first: number; now: Date },
): Weighed {
  const pickup = load.stops[0];
  if (!pickup) return { recommendations: [], excluded: [] };
  const fitting = vehicles.filter((vehicle) => carryingRefusals(load, idealDriver(load), vehicle).length === 0);
  const approaches = fitting.map((vehicle) => approachOf(vehicle, pickup, now)).sort(byArrival);
  const excluded: Exclusion[] = [];
  const pairs: Pair[] = [];
  for (const driver of drivers) {
    if (!driver.active || !driver.equipment.includes(load.equipment)) continue;
    const pair = pairFor(driver, approaches, load, pickup, now);
    const exclusion = findExclusion(load, driver, pair);
    if (exclusion) excluded.push(exclusion);
    else if (pair) pairs.push(pair);
  }
  const weighed = pairs.map(({ driver, vehicle, approach }) => {
    const reasons = reasonsOf(load, driver, vehicle, approach);
    const total = round(reasons.reduce((sum, reason) => sum + reason.points, 0));
    const meters = Math.max(approach.driverMeters, approach.vehicleMeters);
    return { driverId: driver.id, vehicleId: vehicle.id, isOnDuty: driver.isOnDuty, total, reasons, meters };
  });
  weighed.sort(
    (left, right) =>
      right.total - left.total || left.meters - right.meters || compareText(left.driverId, right.driverId),
  );
  const recommendations = weighed.slice(0, first).map(({ meters: _meters, ...recommendation }) => recommendation);
  return { recommendations, excluded };
}

/** Meets every condition on drivers, so that only the vehicle is checked. */
function idealDriver({ equipment }: LoadFacts) {
  return { name: '', active: true, equipment: [equipment] };
}

interface VehicleApproach {
  readonly vehicle: VehicleCandidate;
  readonly meters: number;
  readonly arrivesAt: number;
}

function approachOf(vehicle: VehicleCandidate, pickup: Place, now: Date): VehicleApproach {
  return { vehicle, ...wayTo(pickup, vehicle.at, now) };
}

function wayTo(pickup: Place, { place, freeAt }: Whereabouts, now: Date): { meters: number; arrivesAt: number } {
  const meters = roadMeters(place, pickup);
  return { meters, arrivesAt: Math.max(now.getTime(), freeAt.getTime()) + transitMs(meters) };
}

function byArrival(left: VehicleApproach, right: VehicleApproach): number {
  return left.arrivesAt - right.arrivesAt || compareText(left.vehicle.id, right.vehicle.id);
}

/** The driver's usual vehicle if it can be there in time, otherwise the fitting vehicle that can be there first. */
function pairFor(
  driver: DriverCandidate,
  approaches: readonly VehicleApproach[],
  load: LoadFacts,
  pickup: Place,
  now: Date,
): Pair | undefined {
  const usual = approaches.find(({ vehicle }) => vehicle.id === driver.usualVehicleId);
  const chosen = usual && usual.arrivesAt <= latestPickup(load) ? usual : approaches[0];
  if (!chosen) return undefined;
  const own = wayTo(pickup, driver.at, now);
  const arrivesAt = new Date(Math.max(own.arrivesAt, chosen.arrivesAt));
  return {
    driver,
    vehicle: chosen.vehicle,
    approach: { driverMeters: own.meters, vehicleMeters: chosen.meters, arrivesAt },
  };
}

function findExclusion(load: LoadFacts, driver: DriverCandidate, pair: Pair | undefined): Exclusion | undefined {
  if (!pair) return { reason: 'NO_FITTING_VEHICLE', explanation: `${driver.name}: no fitting vehicle is free.` };
  if (driver.hoursOnDuty >= maxDutyHours) {
    const hours = `${round(driver.hoursOnDuty)} h on duty in the eight days to the pickup`;
    return { reason: 'OVER_DUTY_HOURS', explanation: `${driver.name}: ${hours}. ${maxDutyHours} h are allowed.` };
  }
  const { vehicle, approach } = pair;
  const lateMs = approach.arrivesAt.getTime() - latestPickup(load);
  if (lateMs <= 0) return undefined;
  const isDriver = approach.driverMeters >= approach.vehicleMeters;
  const who = isDriver ? driver.name : `${driver.name} with ${vehicle.plate}`;
  const way = isDriver
    ? distanceText(approach.driverMeters, driver.at.source)
    : distanceText(approach.vehicleMeters, vehicle.at.source);
  return { reason: 'TOO_FAR', explanation: `${who}: ${way}, ${round(lateMs / 3_600_000)} h too late.` };
}

/** The end of the pickup window. Loads booked before fleet knew it must be there until the delivery is due. */
function latestPickup({ pickupUntil, deliverBy }: LoadFacts): number {
  return (pickupUntil ?? deliverBy).getTime();
}

function compareText(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
