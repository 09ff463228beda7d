import { z } from 'zod';
import { line } from '#shared/input/text.ts';

const zones = new Set(Intl.supportedValuesOf('timeZone'));

/** A home base. */
export const place = z.object({
  hubCode: z
    .string()
    .regex(/^[A-Z]{3}$/, 'Must be three capital letters.')
    .nullish()
    .transform((code) => code ?? null),
  city: line(1, 100),
  region: z.string().regex(/^[A-Z]{2,3}$/, 'Must be two or three capital letters.'),
  country: z.string().regex(/^[A-Z]{2}$/, 'Must be two capital letters.'),
  latitude: z.number().min(-90).max(90),
  longitude: z.number().min(-180).max(180),
  timeZone: z.string().refine((zone) => zones.has(zone), 'Must be an IANA time zone such as America/Chicago.'),
});

/** An id of any record. The store checks that the record exists. */
export const id = z.string().max(100);
