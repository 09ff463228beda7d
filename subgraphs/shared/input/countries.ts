import { iso31661 } from 'iso-3166';
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

/** True for a code of ISO 3166-1 alpha-2, in capital letters. */
export function isCountry(code: string): boolean {
  return nameOf.has(code);
}

/** Finds the ISO 3166-1 alpha-2 code of a country by its code or English name, as people write it. */
export function findCountry(text: string): string | undefined {
  return byKey.get(textKey(text).replace(/^the /, '').replaceAll('.', ''));
}

/** The common English name of a country. */
export function countryName(code: string): string {
  return nameOf.get(code) ?? code;
}
