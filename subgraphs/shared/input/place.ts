import { z } from 'zod';
import { mayLieIn } from '../geo/countries.ts';
import type { Point } from '../geo/sphere.ts';
import { isCountry } from './countries.ts';
import { describeRegions, findRegion } from './regions.ts';
import { findTimeZone } from './time-zones.ts';

/** A country by its ISO 3166-1 alpha-2 code, in capital letters. */
export const country = z
  .string()
  .transform((code) => code.trim().toUpperCase())
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

/** The fault of a point that is not somewhere. */
export const nowhere = 'Must be a place: 0, 0 stands for no coordinates.';

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

/** Refuses a point that lies far outside its country. Use in `superRefine`, behind the fields. */
export function inCountry(
  { country, location }: { readonly country: string; readonly location: Point | null },
  context: z.core.$RefinementCtx,
): void {
  requireInCountry(context, 'location', location, country);
}

/** Refuses a point that lies far outside a country, at the field of the point. */
export function requireInCountry(
  context: z.core.$RefinementCtx,
  field: string,
  location: Point | null,
  country: string,
): void {
  // A fault of the coordinates has a message of its own.
  if (!point.safeParse(location).success || location === null || mayLieIn(country, location)) return;
  const message = `The point lies outside ${country}. Are latitude and longitude swapped?`;
  context.addIssue({ code: 'custom', path: [field], message, input: location });
}

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
