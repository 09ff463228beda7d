import type { UserError } from '#shared/errors/errors.ts';
import type { LoadFacts } from './load.ts';
import type { Exclusion, ExclusionReason } from './recommendation.ts';

/** Numbers of active drivers and vehicles in service for a load. */
export interface Supply {
  readonly untrainedDrivers: number;
  readonly trainedDrivers: number;
  /** Trained drivers with an assignment in the load's window. */
  readonly busyDrivers: number;
  readonly vehiclesOfEquipment: number;
  /** Those that are large enough. */
  readonly fittingVehicles: number;
  /** Fitting vehicles with an assignment in the load's window. */
  readonly busyVehicles: number;
}

/** How many candidates are left out for one reason, with examples. */
export interface ExclusionGroup {
  readonly reason: ExclusionReason | 'NOT_TRAINED' | 'DRIVER_BUSY' | 'VEHICLE_TOO_SMALL' | 'VEHICLE_BUSY';
  readonly count: number;
  readonly examples: readonly string[];
}

const examplesMost = 5;

/** All candidates that are left out, by reason. */
export function groupExclusions(supply: Supply, excluded: readonly Exclusion[]): ExclusionGroup[] {
  const counted: ExclusionGroup[] = [
    { reason: 'NOT_TRAINED', count: supply.untrainedDrivers, examples: [] },
    { reason: 'DRIVER_BUSY', count: supply.busyDrivers, examples: [] },
    { reason: 'VEHICLE_TOO_SMALL', count: supply.vehiclesOfEquipment - supply.fittingVehicles, examples: [] },
    { reason: 'VEHICLE_BUSY', count: supply.busyVehicles, examples: [] },
  ];
  const weighed = [...Map.groupBy(excluded, ({ reason }) => reason)].map(([reason, own]) => {
    const examples = own.slice(0, examplesMost).map(({ explanation }) => explanation);
    return { reason, count: own.length, examples };
  });
  return [...counted, ...weighed].filter(({ count }) => count > 0);
}

/** Why there is no recommendation for a load that can be assigned. */
export function scarcityOf({ equipment, weightKg, volumeM3 }: LoadFacts, supply: Supply): UserError {
  const field = ['shipmentId'];
  if (supply.trainedDrivers === 0)
    return { code: 'DRIVER_NOT_QUALIFIED', field, message: `No active driver is trained for ${equipment}.` };
  if (supply.vehiclesOfEquipment === 0)
    return { code: 'WRONG_EQUIPMENT', field, message: `No vehicle in service is a ${equipment}.` };
  if (supply.fittingVehicles === 0) {
    const message = `No ${equipment} in service carries ${weightKg} kg and ${volumeM3} m³.`;
    return { code: 'OVER_CAPACITY', field, message };
  }
  return { code: 'NOBODY_FREE', field, message: scarcityText(equipment, supply) };
}

function scarcityText(equipment: string, supply: Supply): string {
  if (supply.busyDrivers === supply.trainedDrivers)
    return `All ${supply.trainedDrivers} drivers trained for ${equipment} have other loads at that time.`;
  if (supply.busyVehicles === supply.fittingVehicles)
    return `All ${supply.fittingVehicles} fitting vehicles have other loads at that time.`;
  return 'No free driver and vehicle can be at the pickup within its window, with hours on duty left.';
}
