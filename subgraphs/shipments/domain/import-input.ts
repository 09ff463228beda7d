import { z } from 'zod';
import { idempotencyKey } from '#shared/input/idempotency-key.ts';
import { country, inCountry, point, timeZone, withRegion } from '#shared/input/place.ts';
import { optionalText, text } from '#shared/input/text.ts';
import { transportModes } from '../entities.ts';
import { customerReference, equipment, instant, money, notes, orAbsent } from './shipment-input.ts';

const maxRows = 500;
const maxColumns = 200;
/** References that this system assigns itself. */
const ownReference = /^IF-\d{4}-/i;

/** The input of an import. Rows are parsed one by one, so that an invalid row does not refuse the others. */
export const importInput = z.object({
  idempotencyKey: idempotencyKey.nullish(),
  source: text(1, 80),
  file: text(1, 200),
  organizationId: z.string(),
  columns: z.array(text(1, 200)).min(1).max(maxColumns),
  rows: z
    .array(z.unknown())
    .min(1, 'Must contain at least 1 row.')
    .max(maxRows, `Must contain at most ${maxRows} rows.`),
});

export type ImportInput = z.infer<typeof importInput>;

const place = z
  .object({
    country,
    region: optionalText(60),
    city: optionalText(120),
    contactName: optionalText(200),
    location: point.nullish().transform((location) => location ?? null),
    timeZone: timeZone.nullish().transform((zone) => zone ?? null),
  })
  .superRefine(inCountry)
  .transform(withRegion);
export type ImportPlace = z.infer<typeof place>;

export const rowLabel = z.object({ line: z.number(), sourceReference: z.string() });

const row = z.object({
  line: z.number().int().min(1),
  sourceReference: text(1, 80),
  reference: text(1, 64).refine(
    (value) => !ownReference.test(value),
    'References that begin like IF-2026- belong to this system. Use another one.',
  ),
  customerReference: orAbsent(customerReference),
  createdAt: instant,
  deliverBy: instant.nullish().transform((at) => at ?? null),
  deliveredAt: instant,
  origin: place.nullish().transform((origin) => origin ?? null),
  destination: place.nullish().transform((destination) => destination ?? null),
  equipment: equipment.nullish().transform((kind) => kind ?? null),
  notes,
  item: z.object({
    description: text(1, 500),
    commodity: text(1, 120),
    quantity: z.number().int().min(1).max(1_000_000_000),
    weightKg: z
      .number()
      .min(0)
      .max(1e9)
      .nullish()
      .transform((weight) => weight ?? null),
    volumeM3: z
      .number()
      .min(0)
      .max(1e9)
      .nullish()
      .transform((volume) => volume ?? null),
    value: money.nullish().transform((value) => value ?? null),
  }),
  mode: z
    .enum(transportModes)
    .nullish()
    .transform((mode) => mode ?? null),
  freightCost: money.nullish().transform((cost) => cost ?? null),
  freightCostNote: optionalText(200),
  weightNote: optionalText(200),
  incoTerm: optionalText(60),
  vendor: optionalText(200),
  values: z
    .array(
      z
        .string()
        .max(2_000)
        .refine((cell) => cell.isWellFormed() && !cell.includes('\0'), 'Must be well-formed Unicode without NUL.'),
    )
    .max(maxColumns),
});
/** A source may write the local time of a place that is ahead of UTC. */
const aheadMs = 86_400_000;

/** A row of an import as of `now`. */
export function importRow(now: Date) {
  return row
    .refine(({ createdAt, deliveredAt }) => createdAt <= deliveredAt, {
      path: ['deliveredAt'],
      message: 'Must not be before createdAt.',
    })
    .refine(({ deliveredAt }) => deliveredAt.getTime() <= now.getTime() + aheadMs, {
      path: ['deliveredAt'],
      message: 'Must not be in the future.',
    });
}
export type ImportFacts = z.infer<typeof row>;
