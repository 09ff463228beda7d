import { z } from 'zod';

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused; PostgreSQL takes no NUL in a text
const controlCharacters = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/;

/** Text of a length, trimmed, without control characters (line breaks and tabs may stay). */
export function text(least: number, most: number) {
  return z
    .string()
    .trim()
    .min(least, least === 1 ? 'Must not be empty.' : `Must have at least ${least} characters.`)
    .max(most, `Must have at most ${most} characters.`)
    .refine((value) => !controlCharacters.test(value), 'Must not contain control characters.')
    .refine((value) => value.isWellFormed(), 'Must be well-formed Unicode.');
}

const zones = new Set(Intl.supportedValuesOf('timeZone'));

/** A home base. */
export const place = z.object({
  hubCode: z
    .string()
    .regex(/^[A-Z]{3}$/, 'Must be three capital letters.')
    .nullish()
    .transform((code) => code ?? null),
  city: text(1, 100),
  region: z.string().regex(/^[A-Z]{2,3}$/, 'Must be two or three capital letters.'),
  country: z.string().regex(/^[A-Z]{2}$/, 'Must be two capital letters.'),
  latitude: z.number().min(-90, 'Must be at least -90.').max(90, 'Must be at most 90.'),
  longitude: z.number().min(-180, 'Must be at least -180.').max(180, 'Must be at most 180.'),
  timeZone: z.string().refine((zone) => zones.has(zone), 'Must be an IANA time zone such as America/Chicago.'),
});

/** An id of any record; whether there is such a record is the store's question. */
export const id = z.string().max(100, 'Must be an id of at most 100 characters.');
