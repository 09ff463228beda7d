/** Countries and territories of the North American Numbering Plan, whose code is 1. */
const northAmerica: ReadonlySet<string> = new Set(
  'AG AI AS BB BM BS CA DM DO GD GU JM KN KY LC MP MS PR SX TC TT US VC VG VI'.split(' '),
);

/** Digits in groups, between blanks, dots, dashes and slashes. A group may stand in parentheses. */
const grouped = /^\+?(?:\(\d+\)|\d)(?:[ ./-]*(?:\(\d+\)|\d))*$/;
const numberAndExtension = /^(.*?)(?:(?:;ext=|[ ,]*(?:ext(?:ension)?\.?|x|#)[ :]*)(\d{1,7}))?$/i;
/** Numbers of E.164: country code and number, 7 to 15 digits. Those with the code 1 have ten digits behind it. */
const international = /^(?:1[2-9]\d{2}[2-9]\d{6}|[2-9]\d{6,14})$/;

/** The longest text that is taken for a phone number, in characters. */
export const maxPhoneLength = 40;

export const phoneFault = 'Must be a phone number with its country code, such as +1 312 555 0100.';

export function isPhone(text: string, country: string): boolean {
  return findPhone(text, country) !== undefined;
}

/** Puts the phone number of a contact in its stored form. Use in `transform`, behind a check with `isPhone`. */
export function withPhone<P extends { readonly country: string; readonly contactPhone?: string | undefined }>(
  place: P,
): P {
  const { contactPhone, country } = place;
  return contactPhone === undefined ? place : { ...place, contactPhone: findPhone(contactPhone, country) };
}

/**
 * Finds a phone number as people write it: E.164, such as +13125550100, and behind it an extension as in RFC 3966
 * (`;ext=12`). Numbers without a country code are understood in North America and Mexico, where all have ten digits.
 */
export function findPhone(text: string, country: string): string | undefined {
  if (text.length > maxPhoneLength) return undefined;
  const plain = text
    .normalize('NFKC')
    .replaceAll(/\p{Pd}|\u2212/gu, '-')
    .replaceAll(/\s+/gu, ' ')
    .trim();
  const [, number = '', extension] = numberAndExtension.exec(plain) ?? [];
  if (!grouped.test(number)) return undefined;
  const digits = withCountryCode(number, country);
  if (digits === undefined || !international.test(digits)) return undefined;
  return extension === undefined ? `+${digits}` : `+${digits};ext=${extension}`;
}

/** The digits of a number, with its country code first. */
function withCountryCode(number: string, country: string): string | undefined {
  const isNorthAmerican = northAmerica.has(country);
  const exitCode = isNorthAmerican ? /^(?:\+|00|011)/ : /^(?:\+|00)/;
  // In numbers such as +44 (0)20 …, the zero is for calls within the country.
  const abroad = digitsOf(number.replace('(0)', ''));
  if (exitCode.test(abroad)) return abroad.replace(exitCode, '');
  const digits = digitsOf(number);
  if (isNorthAmerican) return digits.length === 10 ? `1${digits}` : digits.startsWith('1') ? digits : undefined;
  return country === 'MX' && digits.length === 10 ? `52${digits}` : undefined;
}

function digitsOf(number: string): string {
  return number.replaceAll(/[^\d+]/g, '');
}
