import { iso31661, iso31662 } from 'iso-3166';
import { textKey } from './text-key.ts';

/** Names in use that neither ISO 3166-1 nor the CLDR has. */
const otherNames: Readonly<Record<string, string>> = {
  uk: 'GB',
  'great britain': 'GB',
  england: 'GB',
  scotland: 'GB',
  wales: 'GB',
  'northern ireland': 'GB',
  america: 'US',
  'czech republic': 'CZ',
  'ivory coast': 'CI',
  holland: 'NL',
  macedonia: 'MK',
  swaziland: 'SZ',
  burma: 'MM',
  turkey: 'TR',
};

const commonNames = new Intl.DisplayNames('en', { type: 'region' });
const nameOf = new Map(iso31661.map(({ alpha2, name }) => [alpha2, commonNames.of(alpha2) ?? name]));
const byKey = new Map<string, string>([
  ...iso31661.flatMap(({ name, alpha2, alpha3 }) =>
    [name, nameOf.get(alpha2) ?? name, alpha3, alpha2].map((text): [string, string] => [textKey(text), alpha2]),
  ),
  ...Object.entries(otherNames),
]);
const regions = Map.groupBy(iso31662, ({ code }) => code.slice(0, 2));

/** True for a code of ISO 3166-1 alpha-2, in capital letters. */
export function isCountry(code: string): boolean {
  return nameOf.has(code);
}

/** Finds the ISO 3166-1 alpha-2 code of a country by its code or English name, as people write it. */
export function findCountry(text: string): string | undefined {
  return byKey.get(textKey(text).replace(/^the /, '').replaceAll('.', ''));
}

/**
 * True for a region of a country, by its ISO 3166-2 code with or without the country ("US-TX", "TX") or its name. The name
 * of the country passes too, for states of one city, and any region of a country without regions in ISO 3166-2.
 */
export function isRegion(country: string, region: string): boolean {
  const known = regions.get(country);
  if (!known) return true;
  const key = textKey(region);
  if (findCountry(region) === country) return true;
  return known.some(({ code, name }) => [code, code.slice(3), name].some((text) => textKey(text) === key));
}
