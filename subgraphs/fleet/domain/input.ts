import { z } from 'zod';
import { country, isSomewhere, nowhere, point, timeZone, withRegion } from '#shared/input/place.ts';
import { line } from '#shared/input/text.ts';

/** A home base. */
export const place = z
  .object({
    hubCode: z
      .string()
      .regex(/^[A-Z]{3}$/, 'Must be three capital letters.')
      .nullish()
      .transform((code) => code ?? null),
    city: line(1, 100),
    region: line(1, 60),
    country,
    ...point.shape,
    timeZone,
  })
  .refine(isSomewhere, { path: ['latitude'], message: nowhere })
  .transform(withRegion);
