import { withPlainDigits } from './plain-digits.ts';

/** The decimal separator of a file; undefined where its mapping does not say it and its kind of file does not tell. */
export type DecimalSeparator = '.' | ',' | undefined;

export type ReadNumber =
  /** The number as a plain decimal, such as `-1200.5`. */
  | { readonly digits: string }
  /** What keeps the text from being a number. `isNumeric` is true if people would read one. */
  | { readonly fault: 'AMBIGUOUS' | 'UNREADABLE'; readonly isNumeric: boolean };

/**
 * Thousands of Western numbers, or of Indian ones: 1,234,567 or 12,34,567. All separators of a number are the same. A first
 * group of zero is a decimal: 0,500.
 */
const grouped = /^[1-9]\d{0,2}(?:([,. '])\d{3})(?:\1\d{3})*$|^[1-9]\d?(?:,\d{2})+,\d{3}$/;
const plain = /^\d+$/;

/**
 * Reads a number as people and spreadsheets write it: with thousands (1,200, 1.200, 1 200, 1'200, 1,00,000), a minus before or
 * behind it, or in parentheses (-12.50, 12.50-, (12.50)), and the sign or code of its currency ($12.50, EUR 12.50).
 */
export function readNumber(text: string, decimal: DecimalSeparator, currency?: string): ReadNumber {
  const unsigned = withoutSign(withoutCurrency(normalize(text), currency));
  const readings = (decimal === undefined ? (['.', ','] as const) : [decimal]).map((separator) =>
    unsigned === undefined ? undefined : digitsOf(unsigned.text, separator),
  );
  const found = [...new Set(readings.filter((reading) => reading !== undefined))];
  if (found.length > 1) return { fault: 'AMBIGUOUS', isNumeric: true };
  const [digits] = found;
  if (digits === undefined) return { fault: 'UNREADABLE', isNumeric: isNumeric(text) };
  return { digits: unsigned?.isNegative ? `-${digits}` : digits };
}

/** True for a text in which people see a number, in whatever format: a mapping that does not read it is wrong. */
function isNumeric(text: string): boolean {
  return /^\P{L}*\p{N}/u.test(text) || /^\P{L}*\p{L}{1,3}\P{L}*\p{N}\P{L}*$/u.test(text);
}

/**
 * One form for each kind of digit, blank, apostrophe and minus, without the marks that turn the direction of writing. A line
 * break is no blank: a cell of two lines may have two numbers.
 */
function normalize(text: string): string {
  return withPlainDigits(text)
    .replaceAll(/[\u061c\u200e\u200f]/g, '')
    .replaceAll(/\p{Zs}/gu, ' ')
    .replaceAll(/[\u2018\u2019\u02bc`\u00b4]/g, "'")
    .replaceAll(/[\u2010-\u2013\u2212\ufe63]/g, '-')
    .trim();
}

function withoutSign(text: string): { readonly text: string; readonly isNegative: boolean } | undefined {
  const { before, inner, behind } =
    /^(?<before>[-+(]?) ?(?<inner>[^-+()]*?) ?(?<behind>[-)]?)$/.exec(text)?.groups ?? {};
  if (inner === undefined) return undefined;
  const frame = `${before}${behind}`;
  if (!['', '+', '-', '()'].includes(frame)) return undefined;
  return { text: inner, isNegative: frame === '-' || frame === '()' };
}

const signs = new Map<string, readonly string[]>();

/** Takes off the currency's code or sign. The sign of another currency stays, and makes the text unreadable. */
function withoutCurrency(text: string, currency: string | undefined): string {
  if (currency === undefined) return text;
  for (const sign of signsOf(currency)) {
    const at = text.toUpperCase().indexOf(sign);
    if (at < 0) continue;
    const [before, behind] = [text.slice(0, at).trim(), text.slice(at + sign.length).trim()];
    // At one end of the number; a minus or a parenthesis may stand outside.
    if (/^[-+(]?$/.test(before) || /^[-)]?$/.test(behind)) return `${before}${behind}`;
  }
  return text;
}

/** The code of a currency and its signs, the longest first: USD, US$, $. */
function signsOf(currency: string): readonly string[] {
  let known = signs.get(currency);
  if (!known) {
    const displays = ['symbol', 'narrowSymbol'] as const;
    const symbols = displays.map((currencyDisplay) => {
      const parts = new Intl.NumberFormat('en-001', { style: 'currency', currency, currencyDisplay }).formatToParts(0);
      return parts.find(({ type }) => type === 'currency')?.value.toUpperCase() ?? currency;
    });
    known = [...new Set([currency, ...symbols])].toSorted((left, right) => right.length - left.length);
    signs.set(currency, known);
  }
  return known;
}

/** The plain decimal of an unsigned number; undefined if it is none with this decimal separator. */
function digitsOf(text: string, decimal: '.' | ','): string | undefined {
  const at = text.lastIndexOf(decimal);
  const whole = at < 0 ? text : text.slice(0, at);
  const fraction = at < 0 ? undefined : text.slice(at + 1);
  if (fraction !== undefined && !plain.test(fraction)) return undefined;
  if (whole === '' && fraction !== undefined) return `0.${fraction}`;
  if (!plain.test(whole) && (whole.includes(decimal) || !grouped.test(whole))) return undefined;
  const digits = whole.replaceAll(/\D/g, '');
  return fraction === undefined ? digits : `${digits}.${fraction}`;
}
