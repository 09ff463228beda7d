import { toSearchVector } from '#shared/input/search-words.ts';
import { referenceKey, textKey } from '#shared/input/text-key.ts';

interface SearchedStop {
  readonly hubCode?: string | null | undefined;
  readonly contactName?: string | null | undefined;
  readonly street?: string | null | undefined;
  readonly city?: string | null | undefined;
  readonly region?: string | null | undefined;
  readonly postalCode?: string | null | undefined;
  readonly country?: string | null | undefined;
}

interface SearchedShipment {
  readonly reference: string;
  readonly customerReference?: string | null | undefined;
  readonly notes?: string | null | undefined;
  readonly goods: string;
  readonly stops: readonly SearchedStop[];
}

/** The words by which the search finds a shipment. Names of customers and plates of vehicles change, and are not among them. */
export function searchOf({ reference, customerReference, notes, goods, stops }: SearchedShipment): string {
  const places = stops.map(({ hubCode, contactName, street, postalCode, city, region, country }) =>
    [hubCode, contactName, street, postalCode, city, region, country].filter((part) => part != null).join(' '),
  );
  return toSearchVector([reference, notes, ...goods.split('\n'), ...new Set(places), customerReference]);
}

interface Lane {
  readonly originCity?: string | null | undefined;
  readonly originRegion?: string | null | undefined;
  readonly destinationCity?: string | null | undefined;
  readonly destinationRegion?: string | null | undefined;
}

/** The keys by which a shipment is compared: its reference, and the cities and regions of its lane. */
export function keysOf({
  reference,
  originCity,
  originRegion,
  destinationCity,
  destinationRegion,
}: Lane & { readonly reference: string }) {
  return {
    referenceKey: referenceKey(reference),
    ...laneKeysOf({ originCity, originRegion, destinationCity, destinationRegion }),
  };
}

export function laneKeysOf({ originCity, originRegion, destinationCity, destinationRegion }: Lane) {
  return {
    originCityKey: keyOf(originCity),
    originRegionKey: keyOf(originRegion),
    destinationCityKey: keyOf(destinationCity),
    destinationRegionKey: keyOf(destinationRegion),
  };
}

/** The customer's own reference, and the key by which it is compared. */
export function customerReferenceOf(customerReference: string | null | undefined) {
  return {
    customerReference: customerReference ?? null,
    customerReferenceKey: customerReference == null ? null : referenceKey(customerReference),
  };
}

function keyOf(text: string | null | undefined): string | null {
  return text == null ? null : textKey(text);
}
