import { z } from 'zod';
import { expectedVersion, id } from '#shared/input/id.ts';
import { idempotencyKey } from '#shared/input/idempotency-key.ts';
import { line } from '#shared/input/text.ts';
import { equipmentKinds } from '#shared/vocabulary.ts';
import { place } from './input.ts';

const fields = {
  plate: line(2, 20),
  make: line(1, 100),
  modelYear: z.int().min(1980, 'Must be 1980 or later.').max(2100, 'Must be 2100 or earlier.'),
  maxWeightKg: z.number().positive('Must be more than 0 kg.').max(60_000, 'Must be at most 60,000 kg.'),
  maxVolumeM3: z.number().positive('Must be more than 0 m³.').max(300, 'Must be at most 300 m³.'),
  homeBase: place,
};

export const registerVehicle = z.object({ ...fields, equipment: z.enum(equipmentKinds), idempotencyKey });
export type RegisterVehicle = z.infer<typeof registerVehicle>;

export const updateVehicle = z.object({
  vehicleId: id,
  expectedVersion,
  plate: fields.plate.optional(),
  make: fields.make.optional(),
  modelYear: fields.modelYear.optional(),
  maxWeightKg: fields.maxWeightKg.optional(),
  maxVolumeM3: fields.maxVolumeM3.optional(),
  homeBase: fields.homeBase.optional(),
});
export type UpdateVehicle = z.infer<typeof updateVehicle>;

export const retireVehicle = z.object({ vehicleId: id, expectedVersion });
