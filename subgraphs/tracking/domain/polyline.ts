import type { Point } from '#shared/geo/sphere.ts';

/** Millionths of a degree, about a tenth of a metre. */
const precision = 1e6;

/**
 * Encodes places as one text in the encoded polyline format with 6 decimals
 * (https://developers.google.com/maps/documentation/utilities/polylinealgorithm).
 */
export function encodePolyline(places: readonly Point[]): string {
  let text = '';
  let [latitude, longitude] = [0, 0];
  for (const place of places) {
    const [nextLatitude, nextLongitude] = [
      Math.round(place.latitude * precision),
      Math.round(place.longitude * precision),
    ];
    text += encodeNumber(nextLatitude - latitude) + encodeNumber(nextLongitude - longitude);
    [latitude, longitude] = [nextLatitude, nextLongitude];
  }
  return text;
}

/** The sign is the lowest bit. Each character holds five bits, lowest first, and all but the last have bit 6 set. */
function encodeNumber(value: number): string {
  let rest = value < 0 ? -2 * value - 1 : 2 * value;
  let text = '';
  while (rest >= 32) {
    text += String.fromCharCode((rest % 32) + 32 + 63);
    rest = Math.floor(rest / 32);
  }
  return text + String.fromCharCode(rest + 63);
}
