import { z } from 'zod';
import { country, inCountry, point, timeZone, withRegion } from '#shared/input/place.ts';
import { line } from '#shared/input/text.ts';

/** A home base. It is stored with its coordinates beside its other fields. */
const nested = z
  .object({
    hubCode: z
      .string()
      .regex(/^[A-Z]{3}$/, 'Must be three capital letters.')
      .nullish()
      .transform((code) => code ?? null),
    city: line(1, 100),
    region: line(1, 60),
    country,
    location: point,
    timeZone,
  })
  .superRefine(inCountry)
  .transform(({ location, ...rest }) => ({ ...rest, ...location }))
  .transform(withRegion);

interface Coordinates {
  readonly latitude?: unknown;
  readonly longitude?: unknown;
}

interface GivenPlace extends Coordinates {
  readonly location?: Coordinates | null;
}

/** A home base as clients send it. The deprecated coordinates beside the other fields are accepted in place of `location`. */
export const place = z.preprocess((given: GivenPlace | null | undefined, faults) => {
  if (given?.latitude == null && given?.longitude == null) return given;
  const { latitude, longitude, ...base } = given;
  const { location } = base;
  if (location && (location.latitude !== latitude || location.longitude !== longitude)) {
    const message = 'Differs from `location`. Give only `location`.';
    faults.addIssue({ code: 'custom', path: ['latitude'], message });
  }
  return { ...base, location: location ?? { latitude, longitude } };
}, nested);
