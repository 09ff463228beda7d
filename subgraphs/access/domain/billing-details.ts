import { z } from 'zod';
import { country, withRegion } from '#shared/input/place.ts';
import { line, optionalLine } from '#shared/input/text.ts';

const maxLines = 5;
const maxVatIdLength = 20;
const vatIdFault = 'Must be a VAT number of letters, digits and & + * . / -, such as DE123456789.';

/** The address of invoices. Its lines are those above the city, such as street and department. */
export const billingAddress = z
  .object({
    // The number of lines is checked before the lines, so that a list of thousands is refused quickly.
    lines: z
      .array(z.unknown())
      .min(1, `Must have 1 to ${maxLines} lines.`)
      .max(maxLines, `Must have 1 to ${maxLines} lines.`)
      .pipe(z.array(line(1, 120))),
    city: line(1, 120),
    region: optionalLine(60),
    postalCode: optionalLine(20),
    country,
  })
  .transform(withRegion);
export type BillingAddress = z.infer<typeof billingAddress>;

/** A VAT number without blanks, in capital letters. Only its form is checked, not whether a tax office has issued it. */
export const vatId = z
  .string()
  .transform((given) => given.normalize('NFKC').replaceAll(/\s/g, '').toUpperCase())
  .pipe(
    z
      .string()
      .max(maxVatIdLength, `Must have at most ${maxVatIdLength} characters.`)
      .regex(/^(?=.*\d)[A-ZÑ\d&+*./-]+$/, vatIdFault),
  );

/** Days from the issue of an invoice in which the organization has to pay it. */
export const paymentTermsDays = z.number().int().min(0, 'Must be at least 0.').max(120, 'Must be at most 120.');

/** An address in one line, for the audit. */
export function addressLine({ lines, city, region, postalCode, country }: BillingAddress): string {
  return [...lines, city, region, postalCode, country].filter((part) => part !== null).join(', ');
}
