import { maxDutyHours } from '#shared/geo/hours-of-service.ts';
import type { DriverCandidate, VehicleCandidate } from './candidate.ts';
import type { LoadFacts } from './load.ts';

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

const halvingMeters = 250_000;
const comfortableSlackHours = 12;
const respectablePoints = 1_000;
const otherVehicleValue = 0.6;

/** A driver and a vehicle on their way to a pickup. */
export interface Approach {
  readonly driverMeters: number;
  readonly vehicleMeters: number;
  /** When both are at the pickup. */
  readonly arrivesAt: Date;
}

/** All reasons for a pair, in a fixed order. */
export function reasonsOf(
  load: LoadFacts,
  driver: DriverCandidate,
  vehicle: VehicleCandidate,
  approach: Approach,
): Reason[] {
  return [
    distanceReason(driver, vehicle, approach),
    availabilityReason(load, driver, approach),
    scoreReason(driver),
    dutyReason(driver),
    capacityReason(load, vehicle),
    equipmentReason(load, driver, vehicle),
  ];
}

/** A distance with its source, in words. */
export function distanceText(meters: number, source: string): string {
  return `${Math.round(meters / 1000)} km to the pickup from ${source}`;
}

function distanceReason(driver: DriverCandidate, vehicle: VehicleCandidate, approach: Approach): Reason {
  const { driverMeters, vehicleMeters } = approach;
  const meters = Math.max(driverMeters, vehicleMeters);
  const explanation = `${driver.name}: ${distanceText(driverMeters, driver.at.source)}. ${vehicle.plate}: ${distanceText(vehicleMeters, vehicle.at.source)}.`;
  return reason('DISTANCE', meters, 'm', 0.5 ** (meters / halvingMeters), explanation);
}

function availabilityReason(load: LoadFacts, { isOnDuty }: DriverCandidate, { arrivesAt }: Approach): Reason {
  const slackHours = round((load.pickupFrom.getTime() - arrivesAt.getTime()) / 3_600_000);
  const when = slackHours >= 0 ? `${slackHours} h before` : `${-slackHours} h after`;
  const duty = isOnDuty ? 'On duty now.' : 'Off duty now.';
  const explanation = `Can be there ${when} the pickup window opens. ${duty}`;
  return reason('AVAILABILITY', slackHours, 'h', slackHours / comfortableSlackHours, explanation);
}

function scoreReason({ points }: DriverCandidate): Reason {
  const value = points <= 0 ? 0 : points / (points + respectablePoints);
  return reason('SCORE', points, 'points', value, `All-time score of ${points} points.`);
}

function dutyReason({ hoursOnDuty }: DriverCandidate): Reason {
  const hours = round(hoursOnDuty);
  const explanation = `${hours} h on duty in the eight days to the pickup. ${maxDutyHours} h are allowed.`;
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
export function round(value: number): number {
  return Math.round(value * 100) / 100;
}
