import type { Place } from '../domain/place.ts';

/** A place with its coordinates nested as in the SDL. */
export function located(place: Place) {
  const { latitude, longitude, ...rest } = place;
  return { ...rest, location: { latitude, longitude } };
}
