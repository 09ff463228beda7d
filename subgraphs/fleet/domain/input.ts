import { z } from 'zod';

// biome-ignore lint/suspicious/noControlCharactersInRegex: these characters are refused, and PostgreSQL accepts no NUL in text
const controlCharacters = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/;

/** Trimmed text within these lengths, without control characters other than line breaks and tabs. */
export function text(least: number, most: number) {
  return z
    .string()
    .trim()
    .min(least)
    .max(most)
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
  latitude: z.number().min(-90).max(90),
  longitude: z.number().min(-180).max(180),
  timeZone: z.string().refine((zone) => zones.has(zone), 'Must be an IANA time zone such as America/Chicago.'),
});

/** An id of any record. The store checks that the record exists. */
export const id = z.string().max(100);
