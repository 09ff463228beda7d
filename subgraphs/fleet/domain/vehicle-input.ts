import { z } from 'zod';
import { idempotencyKey } from '#shared/input/idempotency-key.ts';
import { equipmentKinds } from '#shared/vocabulary.ts';
import { id, place, text } from './input.ts';

const fields = {
  plate: text(2, 20),
  make: text(1, 100),
  modelYear: z.int().min(1980, 'At least 1980 is required.').max(2100, 'At most 2100 is allowed.'),
  maxWeightKg: z.number().positive('More than 0 kg is required.').max(60_000, 'At most 60,000 kg are allowed.'),
  maxVolumeM3: z.number().positive('More than 0 m³ is required.').max(300, 'At most 300 m³ are allowed.'),
  homeBase: place,
};

export const registerVehicle = z.object({ ...fields, equipment: z.enum(equipmentKinds), idempotencyKey });
export type RegisterVehicle = z.infer<typeof registerVehicle>;

export const updateVehicle = z.object({
  vehicleId: id,
  expectedVersion: z.int(),
  plate: fields.plate.optional(),
  make: fields.make.optional(),
  modelYear: fields.modelYear.optional(),
  maxWeightKg: fields.maxWeightKg.optional(),
  maxVolumeM3: fields.maxVolumeM3.optional(),
  homeBase: fields.homeBase.optional(),
});
export type UpdateVehicle = z.infer<typeof updateVehicle>;
