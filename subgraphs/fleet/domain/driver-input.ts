import { z } from 'zod';
import { expectedVersion, id } from '#shared/input/id.ts';
import { idempotencyKey } from '#shared/input/idempotency-key.ts';
import { line } from '#shared/input/text.ts';
import { equipmentKinds } from '#shared/vocabulary.ts';
import { place } from './input.ts';
import { licenseClasses } from './license.ts';

const fields = {
  name: line(1, 120),
  phone: line(5, 32).pipe(z.string().regex(/^\+?[0-9][0-9 ().-]*$/, 'Must be a phone number such as +1 312 555 0100.')),
  licenseNumber: line(3, 40),
  licenseClasses: setOf(licenseClasses),
  equipment: setOf(equipmentKinds),
  homeBase: place,
};

const earliestHire = new Date('1950-01-01T00:00:00.000Z');
const aheadMs = 366 * 86_400_000;

/** A new driver's input as of `now`. */
export function registerDriver(now: Date) {
  return z.object({
    ...fields,
    accountId: id.nullish(),
    usualVehicleId: id.nullish(),
    hiredAt: z
      .date()
      .min(earliestHire, 'Must be 1950 or later.')
      .max(new Date(now.getTime() + aheadMs), 'Must be within a year from now.')
      .nullish(),
    idempotencyKey,
  });
}
export type RegisterDriver = z.infer<ReturnType<typeof registerDriver>>;

export const updateDriver = z.object({
  driverId: id,
  expectedVersion,
  accountId: id.nullish(),
  usualVehicleId: id.nullish(),
  name: fields.name.optional(),
  phone: fields.phone.optional(),
  licenseNumber: fields.licenseNumber.optional(),
  licenseClasses: fields.licenseClasses.optional(),
  equipment: fields.equipment.optional(),
  homeBase: fields.homeBase.optional(),
});
export type UpdateDriver = z.infer<typeof updateDriver>;

export const deactivateDriver = z.object({ driverId: id, expectedVersion });

/** A set of some values, in their order, so that the order in which they are given makes no difference. */
function setOf<const V extends string>(values: readonly [V, ...V[]]) {
  return z
    .array(z.enum(values))
    .min(1)
    .max(values.length)
    .transform((list) => values.filter((value) => new Set<string>(list).has(value)));
}
