import { z } from 'zod';
import { id } from '#shared/input/id.ts';
import { idempotencyKey } from '#shared/input/idempotency-key.ts';

const keyed = { idempotencyKey: idempotencyKey.nullish() };

export const startShift = z.object({ ...keyed, driverId: id, vehicleId: id.nullish() });
export const endShift = z.object({ ...keyed, driverId: id });
