import type { UserError } from '#shared/errors/errors.ts';
import type { Equipment } from '#shared/vocabulary.ts';
import type { LoadFacts, LoadState, RiskState } from './load.ts';

export const assignmentStates = ['ACTIVE', 'COMPLETED', 'RELEASED'] as const;
export type AssignmentState = (typeof assignmentStates)[number];

export interface CarryingDriver {
  readonly name: string;
  readonly active: boolean;
  readonly equipment: readonly Equipment[];
}

export interface CarryingVehicle {
  readonly plate: string;
  readonly active: boolean;
  readonly equipment: Equipment;
  readonly maxWeightKg: number;
  readonly maxVolumeM3: number;
}

/** Why a shipment that was not booked can't be assigned. @param state undefined for an unknown shipment */
export function missingLoad(state: LoadState | undefined): UserError {
  const field = ['shipmentId'];
  if (state === undefined) return { code: 'NOT_FOUND', field, message: 'There is no shipment with this id.' };
  const message = state === 'CANCELLED' ? 'This shipment is cancelled.' : 'This shipment is a draft. Book it first.';
  return { code: 'NOT_BOOKED', field, message };
}

/** Why a shipment in this state can't be assigned. Empty if it can. */
export function shipmentRefusals(state: LoadState, risk: RiskState): UserError[] {
  const field = ['shipmentId'];
  if (state !== 'BOOKED')
    return [
      { code: 'NOT_BOOKED', field, message: `This shipment is ${state}. Only a booked shipment can be assigned.` },
    ];
  switch (risk) {
    case 'ALLOW':
      return [];
    case 'BLOCK':
      return [
        { code: 'RISK_BLOCKED', field, message: "The risk assessment blocked this shipment, so it can't be assigned." },
      ];
    case 'REVIEW':
      return [
        { code: 'RISK_PENDING', field, message: 'This shipment is under risk review. Assign it after the decision.' },
      ];
    case 'PENDING':
      return [
        {
          code: 'RISK_PENDING',
          field,
          message: 'The risk assessment of this shipment is not ready yet. Try again in a moment.',
        },
      ];
  }
}

/** Every reason why this driver with this vehicle can't carry the load. Empty if they can. */
export function carryingRefusals(load: LoadFacts, driver: CarryingDriver, vehicle: CarryingVehicle): UserError[] {
  return [...driverRefusals(load, driver), ...vehicleRefusals(load, vehicle)];
}

function driverRefusals({ equipment }: LoadFacts, driver: CarryingDriver): UserError[] {
  const field = ['driverId'];
  const refusals: UserError[] = [];
  if (!driver.active)
    refusals.push({ code: 'DRIVER_INACTIVE', field, message: `${driver.name} is inactive. Choose an active driver.` });
  if (!driver.equipment.includes(equipment))
    refusals.push({
      code: 'DRIVER_NOT_QUALIFIED',
      field,
      message: `The shipment needs a driver trained for ${equipment}, but ${driver.name} is trained for ${driver.equipment.join(', ')}.`,
    });
  return refusals;
}

function vehicleRefusals({ equipment, weightKg, volumeM3 }: LoadFacts, vehicle: CarryingVehicle): UserError[] {
  const field = ['vehicleId'];
  const refusals: UserError[] = [];
  if (!vehicle.active)
    refusals.push({
      code: 'VEHICLE_RETIRED',
      field,
      message: `Vehicle ${vehicle.plate} is retired. Choose a vehicle in service.`,
    });
  if (vehicle.equipment !== equipment)
    refusals.push({
      code: 'WRONG_EQUIPMENT',
      field,
      message: `The shipment needs a ${equipment}, but ${vehicle.plate} is a ${vehicle.equipment}.`,
    });
  if (weightKg > vehicle.maxWeightKg)
    refusals.push({
      code: 'OVER_CAPACITY',
      field,
      message: `The shipment weighs ${weightKg} kg, but ${vehicle.plate} carries at most ${vehicle.maxWeightKg} kg.`,
    });
  if (volumeM3 > vehicle.maxVolumeM3)
    refusals.push({
      code: 'OVER_CAPACITY',
      field,
      message: `The shipment takes ${volumeM3} m³, but ${vehicle.plate} carries at most ${vehicle.maxVolumeM3} m³.`,
    });
  return refusals;
}

/** Why a shipment in this state can't be unassigned. Empty if it was not picked up yet. */
export function releaseRefusals(state: LoadState): UserError[] {
  if (state === 'BOOKED') return [];
  return [
    {
      code: 'SHIPMENT_UNDERWAY',
      field: ['shipmentId'],
      message: `This shipment is ${state}. A shipment can be unassigned only before its pickup.`,
    },
  ];
}

export interface Window {
  readonly startsAt: Date;
  readonly endsAt: Date;
}

/** When driver and vehicle are reserved for a load: from the start of the pickup window until delivery is due. */
export function windowOf({ pickupFrom, deliverBy }: LoadFacts): Window {
  return { startsAt: pickupFrom, endsAt: deliverBy };
}

/**
 * The window after the delivery. It ends with the delivery, early or late, but never reaches into the next assignment of
 * the same driver or vehicle.
 */
export function completedWindow({ startsAt }: Window, deliveredAt: Date, nextStartsAt: Date | null): Window {
  const earliestEnd = startsAt.getTime() + 60_000;
  const latestEnd = nextStartsAt?.getTime() ?? Number.POSITIVE_INFINITY;
  return { startsAt, endsAt: new Date(Math.min(Math.max(deliveredAt.getTime(), earliestEnd), latestEnd)) };
}
