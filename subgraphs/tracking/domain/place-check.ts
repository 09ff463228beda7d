import type { Point } from '#shared/geo/sphere.ts';

/** Says what is wrong with a coordinate, or null. */
export function faultOfPlace({ latitude, longitude }: Point): string | null {
  if (!(latitude >= -90 && latitude <= 90)) return `A latitude from -90 to 90 is required; got ${latitude}.`;
  if (!(longitude >= -180 && longitude <= 180)) return `A longitude from -180 to 180 is required; got ${longitude}.`;
  return null;
}
