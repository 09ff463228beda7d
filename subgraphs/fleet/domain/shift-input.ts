import { z } from 'zod';
import type { Identity } from '#shared/identity/identity.ts';
import { id } from '#shared/input/id.ts';
import { idempotencyKey } from '#shared/input/idempotency-key.ts';
import { driverOf } from './visibility.ts';

/** The inputs of shifts as this caller gives them. A driver may omit the own id. */
export function shiftInputs(identity: Identity) {
  const own = driverOf(identity);
  const driverId = z
    .string()
    .nullish()
    .transform((given) => given ?? own)
    .pipe(z.string('Must be given. Only drivers may omit their own id.').pipe(id));
  const keyed = { idempotencyKey: idempotencyKey.nullish() };
  return {
    startShift: z.object({ ...keyed, driverId, vehicleId: id.nullish() }),
    endShift: z.object({ ...keyed, driverId }),
  };
}
