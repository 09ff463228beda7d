import { z } from 'zod';
import { expectedVersion, id } from '#shared/input/id.ts';
import { idempotencyKey } from '#shared/input/idempotency-key.ts';
import { line } from '#shared/input/text.ts';
import { equipmentKinds } from '#shared/vocabulary.ts';
import { place } from './input.ts';

/** The facts of a vehicle as of `now`. Vehicles are sold under the model year of the next year. */
function fieldsAsOf(now: Date) {
  const latest = now.getUTCFullYear() + 1;
  return {
    plate: line(2, 20),
    make: line(1, 100),
    modelYear: z.int().min(1980, 'Must be 1980 or later.').max(latest, `Must be ${latest} or earlier.`),
    maxWeightKg: z.number().positive('Must be more than 0 kg.').max(60_000, 'Must be at most 60,000 kg.'),
    maxVolumeM3: z.number().positive('Must be more than 0 m³.').max(300, 'Must be at most 300 m³.'),
    homeBase: place,
  };
}

export function registerVehicle(now: Date) {
  return z.object({ ...fieldsAsOf(now), equipment: z.enum(equipmentKinds), idempotencyKey });
}
export type RegisterVehicle = z.infer<ReturnType<typeof registerVehicle>>;

export function updateVehicle(now: Date) {
  return z.object({ vehicleId: id, expectedVersion, ...z.object(fieldsAsOf(now)).partial().shape });
}
export type UpdateVehicle = z.infer<ReturnType<typeof updateVehicle>>;

export const retireVehicle = z.object({ vehicleId: id, expectedVersion });
