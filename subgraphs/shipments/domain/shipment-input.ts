import { z } from 'zod';
import { id } from '#shared/input/id.ts';
import { idempotencyKey } from '#shared/input/idempotency-key.ts';
import { moneyUpTo } from '#shared/input/money.ts';
import { withOldNames } from '#shared/input/old-names.ts';
import { isPhone, maxPhoneLength, phoneFault, withPhone } from '#shared/input/phone.ts';
import { country, inCountry, point, timeZone, withRegion } from '#shared/input/place.ts';
import { optionalLine, optionalText, text } from '#shared/input/text.ts';
import { equipmentKinds } from '#shared/vocabulary.ts';

const maxStops = 25;
const maxItems = 100;
const dayMs = 86_400_000;
const maxWindowMs = 30 * dayMs;
/** Range of times that the columns can store. */
const earliest = Date.UTC(1970, 0, 1);
const latest = Date.UTC(2100, 0, 1);

export const instant = z
  .date()
  .refine((at) => at.getTime() >= earliest && at.getTime() < latest, 'Must be in the years 1970 to 2099.');
/** A customer's own number, such as that of a purchase order. */
export const customerReference = optionalLine(64);

/**
 * Absent instead of null: the input of a call that does not use a newer field has the same fingerprint as in earlier releases, so a
 * call that is repeated after an update is recognized.
 */
export function orAbsent<S extends z.ZodType>(shape: S) {
  return shape.transform((value) => value ?? undefined);
}

/** An amount from 0 to 1,000,000,000 in whole minor units of its currency. */
export const money = moneyUpTo(1_000_000_000);

const stop = z
  .object({
    hubCode: z
      .string()
      .regex(/^[A-Z]{3}$/, 'Must be three capital letters.')
      .nullish()
      .transform((code) => code ?? null),
    contactName: optionalText(120),
    contactPhone: orAbsent(optionalLine(maxPhoneLength)),
    street: optionalText(200),
    city: text(1, 120),
    region: text(1, 60),
    postalCode: optionalText(20),
    country,
    location: point,
    timeZone,
    windowStart: instant,
    windowEnd: instant,
  })
  .refine(({ windowStart, windowEnd }) => windowStart < windowEnd, {
    path: ['windowEnd'],
    message: 'Must be after the start of the window.',
  })
  .refine(({ windowStart, windowEnd }) => windowEnd.getTime() - windowStart.getTime() <= maxWindowMs, {
    path: ['windowEnd'],
    message: 'Must be at most 30 days after the start of the window.',
  })
  .refine(({ contactPhone, country }) => contactPhone === undefined || isPhone(contactPhone, country), {
    path: ['contactPhone'],
    message: phoneFault,
  })
  .superRefine(inCountry)
  .transform(withRegion)
  .transform(withPhone);
export type StopFacts = z.infer<typeof stop>;

/** Checks the length before the elements, so that a list of thousands is refused quickly. */
function listOf<S extends z.ZodType>(element: S, least: number, most: number, what: string) {
  return z
    .array(z.unknown())
    .min(least, `Must contain ${least} to ${most} ${what}.`)
    .max(most, `Must contain ${least} to ${most} ${what}.`)
    .pipe(z.array(element));
}

const stops = listOf(stop, 2, maxStops, 'stops').superRefine((list, context) => {
  for (const [index, { windowEnd }] of list.entries()) {
    const before = list[index - 1];
    if (before && windowEnd < before.windowStart) {
      context.addIssue({
        code: 'custom',
        path: [index, 'windowEnd'],
        message: 'Must not be before the window of the previous stop starts.',
      });
    }
  }
});

const item = z.object({
  description: text(1, 500),
  commodity: text(1, 120),
  quantity: z.number().int().min(1).max(1_000_000),
  weightKg: z.number().positive().max(100_000),
  volumeM3: z.number().positive().max(1_000),
  value: money,
});
export type ItemFacts = z.infer<typeof item>;

const items = listOf(item, 1, maxItems, 'items').superRefine((list, context) => {
  for (const [index, { value }] of list.entries()) {
    if (value.currency !== list[0]?.value.currency) {
      context.addIssue({
        code: 'custom',
        path: [index, 'value', 'currency'],
        message: `All items of a shipment need the same currency. The first item is in ${list[0]?.value.currency}, this one in ${value.currency}.`,
      });
    }
  }
});

export const equipment = z.enum(equipmentKinds);
export const notes = optionalText(4_000);
export const expectedVersion = z.number().int().nullish();

export const createInput = z.object({
  idempotencyKey,
  organizationId: id.nullish(),
  customerReference: orAbsent(customerReference),
  equipment,
  notes,
  stops,
  items,
  book: z.boolean(),
});
export type CreateInput = z.infer<typeof createInput>;

/** The old name of the changed shipment's id. */
export const oldId = { shipmentId: 'id' } as const;

export const updateInput = withOldNames(
  z.object({
    idempotencyKey: idempotencyKey.nullish(),
    shipmentId: id,
    expectedVersion: z.number().int(),
    equipment: equipment.nullish(),
    /** Absent keeps the notes; null or blank removes them. */
    notes: z.union([z.undefined(), notes]),
    /** Like the notes. */
    customerReference: z.union([z.undefined(), customerReference]),
    stops: stops.nullish(),
    items: items.nullish(),
  }),
  oldId,
);
export type UpdateInput = z.infer<typeof updateInput>;
