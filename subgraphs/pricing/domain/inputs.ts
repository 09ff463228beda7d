import { z } from 'zod';
import { currency, decimalsOf } from '#shared/input/currencies.ts';
import { id } from '#shared/input/id.ts';
import { idempotencyKey } from '#shared/input/idempotency-key.ts';
import { toMinorUnits } from '#shared/input/money.ts';
import { country, point, requireInCountry } from '#shared/input/place.ts';
import { line } from '#shared/input/text.ts';
import { equipmentKinds } from '#shared/vocabulary.ts';

const equipment = z.enum(equipmentKinds);

export const estimateInput = z
  .object({
    equipment,
    origin: point,
    originCountry: country,
    destination: point,
    destinationCountry: country,
    volumeM3: z.number().gt(0).max(200),
  })
  .superRefine(({ origin, originCountry, destination, destinationCountry }, context) => {
    requireInCountry(context, 'origin', origin, originCountry);
    requireInCountry(context, 'destination', destination, destinationCountry);
  });

const shipmentVersion = z.int().nullish();

export const requestQuoteInput = z.object({ shipmentId: id, shipmentVersion, idempotencyKey });
export type RequestQuote = z.infer<typeof requestQuoteInput>;

export const acceptQuoteInput = z.object({
  quoteId: id,
  shipmentVersion,
  idempotencyKey: idempotencyKey.nullish(),
  dryRun: z.boolean().nullish(),
});
export type AcceptQuote = z.infer<typeof acceptQuoteInput>;

export const observationInput = z.object({
  kind: z.enum(['COMPETITOR', 'COST']),
  equipment,
  ratio: z.number().min(0.2).max(5),
  source: line(1, 80),
  idempotencyKey: idempotencyKey.nullish(),
});
export type ObservationInput = z.infer<typeof observationInput>;

/** An amount above 0. The store compares its currency with that of the invoice. */
const paidAmount = z.object({ amount: z.string(), currency }).transform(({ amount, currency }, context) => {
  const cents = toMinorUnits(amount, currency);
  if (cents !== undefined && cents > 0) return { cents, currency };
  const message = `Must be above 0 and have at most ${decimalsOf(currency)} decimals in ${currency}; got ${amount}.`;
  context.addIssue({ code: 'custom', path: ['amount'], message, input: amount });
  return z.NEVER;
});

/** The input of a payment as of `now`. */
export function paymentInput(now: Date) {
  return z.object({
    invoiceId: id,
    amount: paidAmount,
    method: z.enum(['ACH', 'WIRE', 'CARD', 'CHECK']),
    reference: line(1, 64),
    paidAt: z
      .date()
      .refine((paidAt) => paidAt <= now, 'Must not be in the future.')
      .nullish(),
    acceptOverpayment: z.boolean(),
    idempotencyKey,
  });
}
export type PaymentInput = z.infer<ReturnType<typeof paymentInput>>;
