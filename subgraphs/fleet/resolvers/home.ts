import type { Place } from '../domain/place.ts';

/** A place with its coordinates as the contract nests them. */
export function located(place: Place) {
  const { latitude, longitude, ...rest } = place;
  return { ...rest, location: { latitude, longitude } };
}
