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
/** Two-letter codes of Mexican states that carriers and customs brokers use, by ISO 3166-2:MX code. */
const mexicanStates: Readonly<Record<string, string>> = {
  ag: 'AGU',
  bc: 'BCN',
  bs: 'BCS',
  cm: 'CAM',
  cs: 'CHP',
  ch: 'CHH',
  co: 'COA',
  cl: 'COL',
  df: 'CMX',
  cdmx: 'CMX',
  dg: 'DUR',
  gt: 'GUA',
  gr: 'GRO',
  hg: 'HID',
  ja: 'JAL',
  em: 'MEX',
  mi: 'MIC',
  mo: 'MOR',
  na: 'NAY',
  nl: 'NLE',
  oa: 'OAX',
  pu: 'PUE',
  qt: 'QUE',
  qr: 'ROO',
  sl: 'SLP',
  si: 'SIN',
  so: 'SON',
  tb: 'TAB',
  tm: 'TAM',
  tl: 'TLA',
  ve: 'VER',
  yu: 'YUC',
  za: 'ZAC',
};

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
 * Finds the region of a country by its ISO 3166-2 code with or without the country ("US-TX", "TX") or by its name, and gives
 * its code without the country. A state of one city may repeat the name of the country, and a country without regions in
 * ISO 3166-2 has any: these are given as they are.
 */
export function findRegion(country: string, region: string): string | undefined {
  const known = regions.get(country);
  const key = textKey(region);
  const mexican = country === 'MX' ? mexicanStates[key] : undefined;
  if (mexican !== undefined) return mexican;
  const found = known?.find(({ code, name }) => [code, code.slice(3), name].some((text) => textKey(text) === key));
  if (found) return found.code.slice(3);
  return !known || findCountry(region) === country ? region : undefined;
}

/**
 * Finds the regions of all countries that people mean by this text: by the name, or by the ISO 3166-2 code with its country.
 * A code without its country ("TX") is the code of the same letters in every country, and needs no look-up.
 */
export function findRegions(region: string): readonly { readonly country: string; readonly region: string }[] {
  const key = textKey(region);
  return iso31662
    .filter(({ code, name }) => textKey(name) === key || textKey(code) === key)
    .map(({ code }) => ({ country: code.slice(0, 2), region: code.slice(3) }));
}

/** Tells what to send as a region of a country. */
export function describeRegions(country: string): string {
  const [example] = regions.get(country) ?? [];
  const name = nameOf.get(country) ?? country;
  const form = example
    ? `the ISO 3166-2 code or name, such as ${example.code.slice(3)} or ${example.name}`
    : 'the name';
  return `Must be a region of ${country} (${name}): ${form}. If the address has no region, send ${name}.`;
}
