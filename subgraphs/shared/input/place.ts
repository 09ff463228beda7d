import { z } from 'zod';
import { describeRegions, findRegion, isCountry } from './countries.ts';
import { findTimeZone } from './time-zones.ts';

/** A country by its ISO 3166-1 alpha-2 code, in capital letters. */
export const country = z
  .string()
  .transform((code) => code.toUpperCase())
  .refine(isCountry, 'Must be an ISO 3166-1 alpha-2 code such as US.');

/** A time zone by its canonical IANA name. */
export const timeZone = z
  .string()
  .max(64)
  .transform((name, context) => {
    const zone = findTimeZone(name);
    if (zone !== undefined) return zone;
    context.addIssue('Must be an IANA time zone such as America/Chicago.');
    return z.NEVER;
  });

/** Degrees from 0, 0 within which a point is taken for a place without coordinates: 1.1 km of open sea. */
const nowhereDegrees = 0.01;

const nowhere = 'Must be a place: 0, 0 stands for no coordinates.';

/** False at 0, 0, which receivers without a fix and forms that are not filled in send. */
export function isSomewhere({ latitude, longitude }: { latitude: number; longitude: number }): boolean {
  return Math.abs(latitude) > nowhereDegrees || Math.abs(longitude) > nowhereDegrees;
}

/** A point on the earth (WGS 84). */
export const point = z
  .object({
    latitude: z.number().min(-90, 'Must be at least -90.').max(90, 'Must be at most 90.'),
    longitude: z.number().min(-180, 'Must be at least -180.').max(180, 'Must be at most 180.'),
  })
  .refine(isSomewhere, nowhere);

/** Puts the ISO 3166-2 code of a region in its place. Use in `transform`, behind the fields. */
export function withRegion<P extends { readonly country: string; readonly region: string | null }>(
  place: P,
  context: z.core.$RefinementCtx,
): P {
  if (place.region === null) return place;
  const region = findRegion(place.country, place.region);
  if (region !== undefined) return { ...place, region };
  const message = describeRegions(place.country);
  context.addIssue({ code: 'custom', path: ['region'], message, input: place.region });
  return z.NEVER;
}
