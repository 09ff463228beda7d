import type { Equipment } from '#shared/vocabulary.ts';
import type { Whereabouts } from './whereabouts.ts';

/** A driver without another assignment in the load's window. */
export interface DriverCandidate {
  readonly id: string;
  readonly name: string;
  readonly active: boolean;
  readonly equipment: readonly Equipment[];
  readonly usualVehicleId: string | null;
  readonly at: Whereabouts;
  /** All-time score. */
  readonly points: number;
  /** Hours on shifts in the eight days to the pickup. */
  readonly hoursOnDuty: number;
  /** True if the driver is on a shift now. */
  readonly isOnDuty: boolean;
}

/** A vehicle without another assignment in the load's window. */
export interface VehicleCandidate {
  readonly id: string;
  readonly plate: string;
  readonly active: boolean;
  readonly equipment: Equipment;
  readonly maxWeightKg: number;
  readonly maxVolumeM3: number;
  readonly at: Whereabouts;
}
