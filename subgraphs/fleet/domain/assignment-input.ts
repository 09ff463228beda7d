import { z } from 'zod';
import { id } from '#shared/input/id.ts';
import { idempotencyKey } from '#shared/input/idempotency-key.ts';
import { text } from '#shared/input/text.ts';

export const assignShipment = z.object({
  shipmentId: id,
  driverId: id,
  vehicleId: id,
  idempotencyKey: idempotencyKey.nullish(),
});
export type AssignShipment = z.infer<typeof assignShipment>;

const maxShipments = 50;

export const assignBest = z.object({
  shipmentIds: z
    .array(id)
    .min(1, 'Must have at least one id.')
    .max(maxShipments, `Must have at most ${maxShipments} ids.`)
    .refine((ids) => new Set(ids).size === ids.length, 'Must have each id once.'),
  idempotencyKey: idempotencyKey.nullish(),
  dryRun: z.boolean(),
});

export const unassignShipment = z.object({
  shipmentId: id,
  assignmentId: id.nullish(),
  reason: text(1, 500),
  idempotencyKey: idempotencyKey.nullish(),
});
export type UnassignShipment = z.infer<typeof unassignShipment>;
