import { z } from 'zod';

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused; PostgreSQL takes no NUL in a text
const controlCharacters = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/;

/** Text of a length, trimmed, without control characters (line breaks and tabs may stay). */
export function text(least: number, most: number) {
  return z
    .string()
    .trim()
    .min(least, `At least ${least} characters are required.`)
    .max(most, `At most ${most} characters are allowed.`)
    .refine((value) => !controlCharacters.test(value), 'Text without control characters is required.')
    .refine((value) => value.isWellFormed(), 'Well-formed Unicode is required.');
}

const zones = new Set(Intl.supportedValuesOf('timeZone'));

/** A home base. */
export const place = z.object({
  hubCode: z
    .string()
    .regex(/^[A-Z]{3}$/, 'Three capital letters are required.')
    .nullish()
    .transform((code) => code ?? null),
  city: text(1, 100),
  region: z.string().regex(/^[A-Z]{2,3}$/, 'Two or three capital letters are required.'),
  country: z.string().regex(/^[A-Z]{2}$/, 'Two capital letters are required.'),
  latitude: z.number().min(-90, 'At least -90 is required.').max(90, 'At most 90 is allowed.'),
  longitude: z.number().min(-180, 'At least -180 is required.').max(180, 'At most 180 is allowed.'),
  timeZone: z.string().refine((zone) => zones.has(zone), 'An IANA time zone is required, such as America/Chicago.'),
});

/** An id of any record; whether there is such a record is the store's question. */
export const id = z.string().max(100, 'An id is required.');
