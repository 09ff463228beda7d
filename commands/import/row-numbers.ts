import { findCurrency } from '#shared/input/currencies.ts';
import { textOf } from './cells.ts';
import type { MeasureField, MoneyField, NumberField, TextField } from './mapping-fields.ts';
import { readNumber } from './number-format.ts';
import { RowRefusal, shown } from './refusal.ts';
import { type Row, unmapped } from './row.ts';
import { convert, isUnit, type Units } from './units.ts';

/** What a row has for a number: the number, a text in its place, or neither. */
interface NumberOrNote<N> {
  readonly number: N | null;
  readonly note: string | null;
}

/** A field that may have a text in place of a number. */
type NotedField = TextField & { readonly notes?: readonly string[] | undefined };

export interface Amount {
  readonly amount: string;
  readonly currency: string;
}

/** A whole number. @throws RowRefusal */
export function wholeNumberOf(row: Row, field: string, source: NumberField): number | null {
  const value = textOf(source, row.cells);
  if (value === null) return null;
  const number = Number(digitsOf(row, field, source, value, 'a whole number'));
  if (Number.isInteger(number) && Math.abs(number) < 2 ** 31) return number;
  const message = `${shown(value)} is not a whole number from 1 to 1,000,000,000. Correct it.`;
  throw new RowRefusal('INVALID_INPUT', message, { field, value });
}

/** A number. @throws RowRefusal */
export function numberOf(row: Row, field: string, source: NumberField): number | null {
  const value = textOf(source, row.cells);
  return value === null ? null : Number(digitsOf(row, field, source, value, 'a number'));
}

/** A weight or volume in the unit that the graph uses. @throws RowRefusal */
export function measureOf(row: Row, field: string, source: MeasureField | undefined, units: Units): number | null {
  const value = textOf(source, row.cells);
  if (source === undefined || value === null) return null;
  return inUnit(row, field, source, units, value);
}

/** Like `measureOf`, but a text that is no number is a note. @throws RowRefusal */
export function measureOrNote(
  row: Row,
  field: string,
  source: (MeasureField & NotedField) | undefined,
  units: Units,
): NumberOrNote<number> {
  const value = textOf(source, row.cells);
  if (source === undefined || value === null) return { number: null, note: null };
  if (isNote(row, field, source, value)) return { number: null, note: value };
  return { number: inUnit(row, field, source, units, value), note: null };
}

/** An amount of money. @throws RowRefusal */
export function amountOf(row: Row, field: string, source: MoneyField | undefined): Amount | null {
  const value = textOf(source, row.cells);
  if (source === undefined || value === null) return null;
  const currency = currencyOf(row, field, source);
  return { amount: digitsOf(row, field, source, value, `an amount in ${currency}`, currency), currency };
}

/** Like `amountOf`, but a text that is no number is a note. @throws RowRefusal */
export function amountOrNote(row: Row, field: string, source: MoneyField | undefined): NumberOrNote<Amount> {
  const value = textOf(source, row.cells);
  if (source === undefined || value === null) return { number: null, note: null };
  if (isNote(row, field, source, value)) return { number: null, note: value };
  return { number: amountOf(row, field, source), note: null };
}

function digitsOf(row: Row, field: string, source: TextField, value: string, what: string, currency?: string): string {
  // A constant is a number of the mapping, not of the file.
  const decimal = source.constant === undefined ? row.decimal : '.';
  const read = readNumber(value, decimal, currency);
  if ('digits' in read) return read.digits;
  if (!read.isNumeric) throw unmapped(field, value, what);
  const example = decimal === ',' ? '1.200,50' : '1,200.50';
  const message =
    read.fault === 'AMBIGUOUS'
      ? `${shown(value)} can be two numbers. Set "decimal" of the mapping to "." or ",".`
      : `${shown(value)} is not ${what} written like ${example}. Correct it, or set "decimal" of the mapping.`;
  throw new RowRefusal('UNMAPPED', message, { field, value });
}

/**
 * True for a text to keep as a note. One that looks like a number is none: it would be lost, as an imported row never changes.
 * A text that the mapping does not list is counted.
 */
function isNote(row: Row, field: string, { constant, notes = [] }: NotedField, value: string): boolean {
  if (constant !== undefined) return false;
  if (notes.some((pattern) => matches(value, pattern))) return true;
  const read = readNumber(value, row.decimal);
  if ('digits' in read || read.isNumeric) return false;
  row.keptTexts.push({ field, value });
  return true;
}

/** True for a text of a pattern in which `*` stands for any letters. */
function matches(text: string, pattern: string): boolean {
  const parts = pattern.split('*').map((part) => RegExp.escape(part));
  return new RegExp(`^${parts.join('.*')}$`, 's').test(text);
}

function inUnit(row: Row, field: string, source: MeasureField, units: Units, value: string): number {
  const unit = unitOf(row, field, source, units);
  const digits = digitsOf(row, field, source, withoutUnit(field, value, unit, units), `a number in ${unit}`);
  return convert(digits, unit, units) ?? 0;
}

function unitOf(row: Row, field: string, { unit: source }: MeasureField, units: Units): string {
  const unit = typeof source === 'string' ? source : textOf(source, row.cells);
  if (unit === null)
    throw new RowRefusal('UNMAPPED', 'The row has no unit. Fill the cell.', { field: `${field}.unit` });
  if (isUnit(unit, units)) return unit;
  throw unmapped(`${field}.unit`, unit, `one of ${[...units.keys()].join(', ')}`);
}

/** Takes the unit off a number such as `12 kg`. @throws RowRefusal if it is another one than that of the field */
function withoutUnit(field: string, value: string, unit: string, units: Units): string {
  const [, number, written = ''] = /^(.*[\p{N})-])\s*(\p{L}.*)$/su.exec(value) ?? [];
  if (number === undefined || !isUnit(written, units)) return value;
  if (convert('1', written, units) === convert('1', unit, units)) return number;
  const message = `${shown(value)} is not in ${unit}. Correct it, or set "unit" of the field in the mapping.`;
  throw new RowRefusal('UNMAPPED', message, { field, value });
}

function currencyOf(row: Row, field: string, { currency }: MoneyField): string {
  if (typeof currency === 'string') return currency;
  const text = textOf(currency, row.cells);
  if (text === null) {
    throw new RowRefusal('UNMAPPED', 'The row has no currency. Fill the cell.', { field: `${field}.currency` });
  }
  const code = findCurrency(text);
  if (code !== undefined) return code;
  throw unmapped(`${field}.currency`, text, 'an ISO 4217 code such as USD');
}
