import { maxDutyHours, transitMs } from '#shared/geo/hours-of-service.ts';
import { roadMeters } from '#shared/geo/road.ts';
import type { Equipment } from '#shared/vocabulary.ts';
import { carryingRefusals } from './assignment.ts';
import type { LoadFacts } from './load.ts';
import { labelOf, type Place } from './place.ts';

/** A driver without another assignment in the load's window. */
export interface DriverCandidate {
  readonly id: string;
  readonly name: string;
  readonly active: boolean;
  readonly equipment: readonly Equipment[];
  readonly usualVehicleId: string | null;
  readonly home: Place;
  /** Where and when the driver's last assignment before the load's window ends. Null without one. */
  readonly before: { readonly place: Place; readonly freeAt: Date } | null;
  /** All-time score. */
  readonly points: number;
  /** Hours on shifts in the last eight days. */
  readonly hoursOnDuty: number;
}

/** A vehicle without another assignment in the load's window. */
export interface VehicleCandidate {
  readonly id: string;
  readonly plate: string;
  readonly active: boolean;
  readonly equipment: Equipment;
  readonly maxWeightKg: number;
  readonly maxVolumeM3: number;
  readonly home: Place;
}

export const factors = ['DISTANCE', 'AVAILABILITY', 'SCORE', 'HOURS_ON_DUTY', 'CAPACITY', 'EQUIPMENT'] as const;
export type Factor = (typeof factors)[number];

/** Weights of the reasons; they sum to 1. */
export const weights: Readonly<Record<Factor, number>> = {
  DISTANCE: 0.35,
  AVAILABILITY: 0.15,
  SCORE: 0.15,
  HOURS_ON_DUTY: 0.15,
  CAPACITY: 0.1,
  EQUIPMENT: 0.1,
};

export interface Reason {
  readonly factor: Factor;
  /** What was measured, in `unit`. */
  readonly figure: number;
  readonly unit: string;
  /** The figure on a scale from 0 (worst) to 1 (best). */
  readonly value: number;
  readonly weight: number;
  /** Its part of the total: 100 × weight × value. */
  readonly points: number;
  readonly explanation: string;
}

export interface Recommendation {
  readonly driverId: string;
  readonly vehicleId: string;
  /** 0 to 100: the sum of the reasons' points. */
  readonly total: number;
  readonly reasons: readonly Reason[];
}

const halvingMeters = 250_000;
const comfortableSlackHours = 12;
const respectablePoints = 1_000;
const otherVehicleValue = 0.6;

/**
 * The best pairs of driver and vehicle for a load, each driver once. Drivers who can't carry the load are left out.
 * Ties go to the nearer driver, then to the smaller id, so that the same input gives the same order.
 */
export function recommend(
  load: LoadFacts,
  drivers: readonly DriverCandidate[],
  vehicles: readonly VehicleCandidate[],
  { first, now }: { first: number; now: Date },
): Recommendation[] {
  const vehiclesById = new Map(vehicles.map((vehicle) => [vehicle.id, vehicle]));
  const pickup = load.stops[0];
  if (!pickup) return [];
  const weighed = drivers.flatMap((driver) => {
    const vehicle = vehicleFor(load, driver, vehicles, vehiclesById);
    if (!vehicle) return [];
    const meters = roadMeters(driver.before?.place ?? driver.home, pickup);
    return [{ ...weigh(load, driver, vehicle, meters, now), meters }];
  });
  weighed.sort(
    (left, right) =>
      right.total - left.total || left.meters - right.meters || compareText(left.driverId, right.driverId),
  );
  return weighed.slice(0, first).map(({ meters: _meters, ...recommendation }) => recommendation);
}

/** The driver's usual vehicle if it fits, otherwise the fitting vehicle nearest to the driver's home. */
function vehicleFor(
  load: LoadFacts,
  driver: DriverCandidate,
  vehicles: readonly VehicleCandidate[],
  vehiclesById: ReadonlyMap<string, VehicleCandidate>,
): VehicleCandidate | undefined {
  const fits = (vehicle: VehicleCandidate) => carryingRefusals(load, driver, vehicle).length === 0;
  const usual = vehiclesById.get(driver.usualVehicleId ?? '');
  if (usual && fits(usual)) return usual;
  if (!driver.active || !driver.equipment.includes(load.equipment)) return undefined;
  return vehicles
    .filter(fits)
    .map((vehicle) => ({ vehicle, meters: roadMeters(driver.home, vehicle.home) }))
    .sort((left, right) => left.meters - right.meters || compareText(left.vehicle.id, right.vehicle.id))[0]?.vehicle;
}

function weigh(
  load: LoadFacts,
  driver: DriverCandidate,
  vehicle: VehicleCandidate,
  meters: number,
  now: Date,
): Recommendation {
  const reasons = [
    distanceReason(driver, meters),
    availabilityReason(load, driver, meters, now),
    scoreReason(driver),
    dutyReason(driver),
    capacityReason(load, vehicle),
    equipmentReason(load, driver, vehicle),
  ];
  const total = round(reasons.reduce((sum, reason) => sum + reason.points, 0));
  return { driverId: driver.id, vehicleId: vehicle.id, total, reasons };
}

function distanceReason({ before, home }: DriverCandidate, meters: number): Reason {
  const from = before ? `${labelOf(before.place)}, where the last load ends` : `${labelOf(home)}, the home base`;
  const explanation = `${Math.round(meters / 1000)} km to the pickup from ${from}.`;
  return reason('DISTANCE', meters, 'm', 0.5 ** (meters / halvingMeters), explanation);
}

function availabilityReason(load: LoadFacts, { before }: DriverCandidate, meters: number, now: Date): Reason {
  const freeAt = Math.max(now.getTime(), before?.freeAt.getTime() ?? 0);
  const arrivesAt = freeAt + transitMs(meters);
  const slackHours = round((load.pickupFrom.getTime() - arrivesAt) / 3_600_000);
  const explanation =
    slackHours >= 0
      ? `Can be there ${slackHours} h before the pickup window opens.`
      : `Can be there ${-slackHours} h after the pickup window opens.`;
  return reason('AVAILABILITY', slackHours, 'h', slackHours / comfortableSlackHours, explanation);
}

function scoreReason({ points }: DriverCandidate): Reason {
  const value = points <= 0 ? 0 : points / (points + respectablePoints);
  return reason('SCORE', points, 'points', value, `All-time score of ${points} points.`);
}

function dutyReason({ hoursOnDuty }: DriverCandidate): Reason {
  const hours = round(hoursOnDuty);
  const explanation = `${hours} h on duty in the last eight days. ${maxDutyHours} h are allowed.`;
  return reason('HOURS_ON_DUTY', hours, 'h', 1 - hoursOnDuty / maxDutyHours, explanation);
}

function capacityReason({ weightKg, volumeM3 }: LoadFacts, vehicle: VehicleCandidate): Reason {
  const used = Math.max(weightKg / vehicle.maxWeightKg, volumeM3 / vehicle.maxVolumeM3);
  const explanation = `The load takes ${round(100 * used)} % of ${vehicle.plate} (${vehicle.maxWeightKg} kg, ${vehicle.maxVolumeM3} m³).`;
  return reason('CAPACITY', round(100 * used), '%', used, explanation);
}

function equipmentReason({ equipment }: LoadFacts, driver: DriverCandidate, vehicle: VehicleCandidate): Reason {
  const usual = driver.usualVehicleId === vehicle.id;
  const explanation = usual
    ? `${vehicle.plate} is the driver's usual ${equipment}.`
    : `${vehicle.plate} is a ${equipment} the driver is trained for, but not the usual vehicle.`;
  return reason('EQUIPMENT', usual ? 1 : otherVehicleValue, 'match', usual ? 1 : otherVehicleValue, explanation);
}

function reason(factor: Factor, figure: number, unit: string, value: number, explanation: string): Reason {
  const weight = weights[factor];
  const bounded = Math.min(1, Math.max(0, value));
  return { factor, figure, unit, value: round(bounded), weight, points: round(100 * weight * bounded), explanation };
}

/** Rounds to two decimals, so that the points shown add up to the total by which the list is sorted. */
function round(value: number): number {
  return Math.round(value * 100) / 100;
}

function compareText(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
