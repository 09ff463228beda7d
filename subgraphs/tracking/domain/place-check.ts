import type { Point } from '#shared/geo/sphere.ts';

/** Describes what is wrong with the coordinates, or returns null. */
export function findPlaceFault({ latitude, longitude }: Point): string | null {
  if (!(latitude >= -90 && latitude <= 90)) return `The latitude must be from -90 to 90; got ${latitude}.`;
  if (!(longitude >= -180 && longitude <= 180)) return `The longitude must be from -180 to 180; got ${longitude}.`;
  return null;
}
