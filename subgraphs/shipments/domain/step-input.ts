import { z } from 'zod';
import { id } from '#shared/input/id.ts';
import { idempotencyKey } from '#shared/input/idempotency-key.ts';
import { withOldNames } from '#shared/input/old-names.ts';
import { point } from '#shared/input/place.ts';
import { optionalText, text } from '#shared/input/text.ts';
import { expectedVersion, instant, oldId } from './shipment-input.ts';

const keyed = { idempotencyKey: idempotencyKey.nullish() };
const dryRun = z.boolean().nullish();

export const bookInput = withOldNames(z.object({ ...keyed, dryRun, shipmentId: id, expectedVersion }), oldId);
export const cancelInput = withOldNames(
  z.object({ ...keyed, dryRun, shipmentId: id, expectedVersion, reason: text(1, 500) }),
  oldId,
);

const proof = z
  .object({
    recipientName: text(1, 120),
    signatureReference: optionalText(300),
    photoReference: optionalText(300),
    note: optionalText(1_000),
  })
  .refine(({ signatureReference, photoReference }) => signatureReference !== null || photoReference !== null, {
    message: 'Give a signature or a photo.',
  });

export const advanceInput = withOldNames(
  z.object({
    ...keyed,
    shipmentId: id,
    expectedVersion,
    to: z.enum(['PICKED_UP', 'IN_TRANSIT', 'OUT_FOR_DELIVERY', 'DELIVERED', 'EXCEPTION']),
    at: instant.nullish(),
    location: point.nullish(),
    place: optionalText(200),
    note: optionalText(1_000),
    proofOfDelivery: proof.nullish(),
  }),
  oldId,
);
export type AdvanceInput = z.infer<typeof advanceInput>;

export const rateInput = z.object({
  ...keyed,
  shipmentId: id,
  stars: z.number().int().min(1, 'Must be 1 to 5 stars.').max(5, 'Must be 1 to 5 stars.'),
  comment: optionalText(2_000),
});
export const commentInput = z.object({ ...keyed, shipmentId: id, body: text(1, 4_000), internal: z.boolean() });
