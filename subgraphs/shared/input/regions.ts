import subdivisions from 'cldr-subdivisions-full/subdivisions/en/en.json' with { type: 'json' };
import { iso31662 } from 'iso-3166';
import { countryName, findCountry } from './countries.ts';
import { referenceKey, wordsOf } from './text-key.ts';

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

/** Counties of addresses in the United Kingdom that ISO 3166-2 does not have. */
const britishCounties = [
  'Antrim',
  'Armagh',
  'Avon',
  'Bedfordshire',
  'Berkshire',
  'Cheshire',
  'Cleveland',
  'Clwyd',
  'County Down',
  'Dyfed',
  'Fermanagh',
  'Greater Manchester',
  'Gwent',
  'Humberside',
  'Londonderry',
  'Merseyside',
  'Mid Glamorgan',
  'South Glamorgan',
  'South Yorkshire',
  'Sussex',
  'Tyne and Wear',
  'Tyrone',
  'West Glamorgan',
  'West Midlands',
  'West Yorkshire',
  'Yorkshire',
];

/** Names in use that neither ISO 3166-2 nor the CLDR has, by country and key. The values are codes or names of regions. */
const otherNames: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  CN: { innermongolia: 'NM' },
  CZ: { prague: '10' },
  FR: { corsica: '20R' },
  GB: { greaterlondon: 'LND', ...Object.fromEntries(britishCounties.map((name) => [referenceKey(name), name])) },
  MX: { ...mexicanStates, mexicocity: 'CMX' },
  PL: { masovia: '14', mazovia: '14' },
  US: { washingtondc: 'DC' },
};

const englishNames: Readonly<Record<string, string>> = subdivisions.subdivisions.localeDisplayNames.subdivisions;
const regions = Map.groupBy(iso31662, ({ code }) => code.slice(0, 2));
/** See `codesOf`. */
const codesByKey = new Map<string, ReadonlyMap<string, string>>();

/**
 * Finds the region of a country by its ISO 3166-2 code with or without the country ("US-TX", "TX") or by its local or English
 * name, however people write blanks and dashes, and gives its code without the country. A state of one city may repeat the
 * name of the country, and a country without regions in ISO 3166-2 has any: these are given as they are.
 */
export function findRegion(country: string, region: string): string | undefined {
  const codes = codesOf(country);
  const found = codes.get(referenceKey(region)) ?? codes.get(properKey(region));
  if (found !== undefined) return found;
  return !regions.has(country) || findCountry(region) === country ? region : undefined;
}

/**
 * Finds the regions of all countries that people mean by this text: by a name, or by the ISO 3166-2 code with its country.
 * A code without its country ("TX") is the code of the same letters in every country, and needs no look-up.
 */
export function findRegions(region: string): readonly { readonly country: string; readonly region: string }[] {
  const key = referenceKey(region);
  return [...regions.keys()].flatMap((country) => {
    const found = codesOf(country).get(key);
    return found === undefined || referenceKey(found) === key ? [] : [{ country, region: found }];
  });
}

/** Tells what to send as a region of a country. */
export function describeRegions(country: string): string {
  const [example] = regions.get(country) ?? [];
  const name = countryName(country);
  const form = example
    ? `the ISO 3166-2 code or name, such as ${example.code.slice(3)} or ${example.name}`
    : 'the name';
  return `Must be a region of ${country} (${name}): ${form}. If the address has no region, send ${name}.`;
}

/** Codes of the regions of a country by the keys of all their names. Made at the first use, because few countries are used. */
function codesOf(country: string): ReadonlyMap<string, string> {
  const known = codesByKey.get(country);
  if (known) return known;
  const made = makeCodes(country);
  if (regions.has(country)) codesByKey.set(country, made);
  return made;
}

/** Where regions share a key, an exact name wins over a name without its kind, and two of the latter have none. */
function makeCodes(country: string): ReadonlyMap<string, string> {
  const named = (regions.get(country) ?? []).map(({ code, name }) => {
    const english = englishNames[code.replace('-', '').toLowerCase()];
    return { code: code.slice(3), full: code, names: [...name.split('/'), name, ...(english ? [english] : [])] };
  });
  const codes = new Map(Object.entries(otherNames[country] ?? {}));
  const add = (key: string, code: string) => codes.has(key) || codes.set(key, code);
  for (const { code, full } of named) for (const text of [code, full]) add(referenceKey(text), code);
  for (const { code, names } of named) for (const name of names) add(referenceKey(name), code);
  const proper = Map.groupBy(
    named.flatMap(({ code, names }) =>
      [...new Set(names.map((name) => properKey(name.replace(/ City$/, ''))))].map((key) => ({ key, code })),
    ),
    ({ key }) => key,
  );
  for (const [key, [first, ...others]] of proper) if (first && others.length === 0) add(key, first.code);
  return codes;
}

/** Words that name the kind of a region: "Guangdong Province", "Durham, County". */
const kinds = new Set(
  'and area canton co county department district emirate governorate of oblast prefecture province region special state the'.split(
    ' ',
  ),
);

/** The key of a name without its kind. A city may share its name with the state around it, so "city" stays. */
function properKey(name: string): string {
  const words = wordsOf(name.replace(/^city of /i, ''));
  const proper = words.filter((word) => !kinds.has(word));
  return (proper.length > 0 ? proper : words).join('');
}
