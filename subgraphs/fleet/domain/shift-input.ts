import { z } from 'zod';
import { idempotencyKey } from '#shared/input/idempotency-key.ts';
import { id } from './input.ts';

const keyed = { idempotencyKey: idempotencyKey.nullish() };

export const startShift = z.object({ ...keyed, driverId: id, vehicleId: id.nullish() });
export const endShift = z.object({ ...keyed, driverId: id });
