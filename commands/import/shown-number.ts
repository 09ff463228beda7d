import { Decimal } from 'decimal.js';

/** Writes a number by a format of Excel. */
export type FormatNumber = (format: string, value: number) => string;

/** Excel itself shows no more digits of a number. */
const digitsOfExcel = 15;

/** A number within the text of a cell, perhaps with an exponent, and what stands around it: a currency, a unit, a percent sign. */
const framed = /^(?<before>\D*?)(?<number>\.?\d(?:[\d.,' ]*\d)?)(?:E(?<exponent>[+-]?\d+))?(?<behind>\D.*)?$/s;
/** A locale in a number format, which shows nothing: `[$-409]`. */
const locale = /\[\$-[^\]]*\]/g;

/**
 * The text of a number's cell: all its digits, with the currency, unit or words that its number format shows. Where the format
 * shows another number (50% for 0.5), its text. Undefined if it is unknown which number is meant: the format shows
 * thousands without saying so, hides the number, or cannot be read.
 */
export function shownNumber(
  value: number,
  format: string,
  decimal: '.' | ',',
  formatNumber: FormatNumber,
): string | undefined {
  const exact = new Decimal(value).toSignificantDigits(digitsOfExcel);
  const digits = exact.abs().toFixed().replace('.', decimal);
  const sign = value < 0 ? '-' : '';
  if (/^general$/i.test(format)) return `${sign}${digits}`;
  const shown = textOf(value, format, formatNumber);
  const { before = '', number, exponent = '0', behind = '' } = framed.exec(shown ?? '')?.groups ?? {};
  if (shown === undefined) return undefined;
  if (number === undefined) return withoutNumber(value, shown);
  const isNegative = /[-(]/.test(before);
  if (!isRounded(exact.abs(), number, exponent) || (isNegative && value > 0)) {
    return /[%\d]/.test(behind) ? shown : undefined;
  }
  // Parentheses and minus are the sign, which a format may show as a colour only.
  const [prefix, suffix] = value < 0 ? [before.replace(/[-(]/, ''), behind.replace(/[-)]/, '')] : [before, behind];
  // Codes keep the zeros before them: 00501.
  const isPadded = /^0\d+$/.test(number) && exact.abs().equals(number);
  return `${sign}${prefix.trimStart()}${isPadded ? number : digits}${suffix.trimEnd()}`;
}

function textOf(value: number, format: string, formatNumber: FormatNumber): string | undefined {
  try {
    return formatNumber(format.replaceAll(locale, ''), value).trim();
  } catch {
    return undefined;
  }
}

/** What a format without digits means. Accountants show zero as a dash, others as nothing. */
function withoutNumber(value: number, shown: string): string | undefined {
  if (value === 0 && (shown === '' || shown.includes('-'))) return shown.replace(/-|$/, '0');
  return shown === '' ? undefined : shown;
}

/** True for the digits of a number that a format has rounded. */
function isRounded(exact: Decimal, shown: string, exponent: string): boolean {
  const plain = shown.replaceAll(/[,' ]/g, '');
  if (!/^\d*\.?\d+$/.test(plain)) return false;
  const scale = new Decimal(10).pow(exponent);
  const decimals = plain.includes('.') ? plain.length - plain.indexOf('.') - 1 : 0;
  const half = new Decimal(10).pow(-decimals).mul(scale).mul('0.5000001');
  return new Decimal(plain).mul(scale).minus(exact).abs().lte(half);
}
