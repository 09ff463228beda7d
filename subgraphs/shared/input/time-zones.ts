/**
 * Zones that the CLDR, and so `Intl`, keeps under a former name, by that name.
 * Source: IANA time zone database 2026a, file `backward`.
 */
const renamed: Readonly<Record<string, string>> = {
  'Africa/Asmera': 'Africa/Asmara',
  'America/Buenos_Aires': 'America/Argentina/Buenos_Aires',
  'America/Catamarca': 'America/Argentina/Catamarca',
  'America/Coral_Harbour': 'America/Atikokan',
  'America/Cordoba': 'America/Argentina/Cordoba',
  'America/Godthab': 'America/Nuuk',
  'America/Indianapolis': 'America/Indiana/Indianapolis',
  'America/Jujuy': 'America/Argentina/Jujuy',
  'America/Louisville': 'America/Kentucky/Louisville',
  'America/Mendoza': 'America/Argentina/Mendoza',
  'Asia/Calcutta': 'Asia/Kolkata',
  'Asia/Katmandu': 'Asia/Kathmandu',
  'Asia/Rangoon': 'Asia/Yangon',
  'Asia/Saigon': 'Asia/Ho_Chi_Minh',
  'Atlantic/Faeroe': 'Atlantic/Faroe',
  'Europe/Kiev': 'Europe/Kyiv',
  'Pacific/Enderbury': 'Pacific/Kanton',
  'Pacific/Ponape': 'Pacific/Pohnpei',
  'Pacific/Truk': 'Pacific/Chuuk',
};

const zones = new Set(Intl.supportedValuesOf('timeZone'));
/** The zone behind each name that was asked for. The names are the same for all subgraphs of the process. */
const found = new Map<string, string | undefined>();
const maxFound = 1_000;

/**
 * Finds the canonical IANA time zone behind a name in any case, with blanks around it: "asia/calcutta" is Asia/Kolkata. Undefined for an offset, an
 * abbreviation such as EST or BST and a zone without a place: they know no daylight saving time, or mean several zones.
 */
export function findTimeZone(text: string): string | undefined {
  const name = text.trim();
  if (found.has(name)) return found.get(name);
  const zone = resolve(name);
  // A formatter takes long to make.
  if (found.size < maxFound) found.set(name, zone);
  return zone;
}

function resolve(name: string): string | undefined {
  if (!/^[A-Za-z_]+(?:\/[A-Za-z_+-]+)+$/.test(name) || /^etc\//i.test(name)) return undefined;
  try {
    const { timeZone } = new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions();
    return zones.has(timeZone) ? (renamed[timeZone] ?? timeZone) : undefined;
  } catch {
    return undefined;
  }
}
