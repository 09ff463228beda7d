import { roadMetersOver } from '#shared/geo/road.ts';
import type { ItemFacts, StopFacts } from './shipment-input.ts';

/** The columns that a shipment copies from its stops: lane, windows, length of the road. */
export function laneOf(stops: readonly StopFacts[]) {
  const [origin] = stops;
  const destination = stops.at(-1);
  if (!origin || !destination) throw new RangeError('A shipment has two stops or more.');
  return {
    originHubCode: origin.hubCode,
    originCity: origin.city,
    originRegion: origin.region,
    originCountry: origin.country,
    destinationHubCode: destination.hubCode,
    destinationCity: destination.city,
    destinationRegion: destination.region,
    destinationCountry: destination.country,
    distanceMeters: roadMetersOver(stops.map(({ location, country }) => ({ ...location, country }))),
    pickupFrom: origin.windowStart,
    deliverBy: destination.windowEnd,
  };
}

/** The columns that a shipment copies from its items: sums, and the text for the search. */
export function loadOf(items: readonly ItemFacts[]) {
  return {
    weightKg: rounded(items.reduce((sum, { weightKg }) => sum + weightKg, 0)),
    volumeM3: rounded(items.reduce((sum, { volumeM3 }) => sum + volumeM3, 0)),
    valueCents: items.reduce((sum, { value }) => sum + value.cents, 0),
    currency: items[0]?.value.currency ?? null,
    goods: goodsOf(items),
  };
}

/** Descriptions and commodities of the items, each text once. */
export function goodsOf(items: readonly { readonly description: string; readonly commodity: string }[]): string {
  return [...new Set(items.flatMap(({ description, commodity }) => [description, commodity]))].join('\n');
}

/** Rounds sums of kilograms and cubic metres to grams and litres, because sums of floating-point numbers are not exact. */
function rounded(sum: number): number {
  return Math.round(sum * 1_000) / 1_000;
}
