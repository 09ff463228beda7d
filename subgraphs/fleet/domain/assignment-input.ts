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

export const unassignShipment = z.object({ shipmentId: id, assignmentId: id.nullish(), reason: text(1, 500) });
export type UnassignShipment = z.infer<typeof unassignShipment>;
