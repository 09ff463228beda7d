import { equipmentKinds } from '#shared/vocabulary.ts';
import { transportModes } from '../../subgraphs/shipments/entities.ts';
import { type Cells, textOf, textsOf } from './cells.ts';
import { parseDate } from './date-format.ts';
import type { DateField, Mapping, MoneyField, PlaceField, TextField } from './mapping.ts';
import { RowRefusal, shown } from './refusal.ts';

/** A row of the mutation `importShipments`. */
export type ImportRow = Readonly<Record<string, unknown>> & { readonly line: number; readonly sourceReference: string };

/** Maps the cells of a row to a row of the import. @throws RowRefusal */
export function mapRow({ fields }: Mapping, cells: Cells, line: number, values: readonly string[]): ImportRow {
  const { item } = fields;
  const weight = numberOrNote(item.weightKg, cells);
  const cost = amountOrNote(fields.freightCost, cells);
  return {
    line,
    sourceReference: required('sourceReference', textOf(fields.sourceReference, cells)),
    reference: required('reference', textOf(fields.reference, cells)),
    createdAt: required('createdAt', dateOf('createdAt', fields.createdAt, cells)),
    deliverBy: fields.deliverBy ? dateOf('deliverBy', fields.deliverBy, cells) : null,
    deliveredAt: required('deliveredAt', dateOf('deliveredAt', fields.deliveredAt, cells)),
    origin: placeOf('origin', fields.origin, cells),
    destination: placeOf('destination', fields.destination, cells),
    equipment: enumValueOf('equipment', fields.equipment, equipmentKinds, cells),
    notes: textOf(fields.notes, cells),
    mode: enumValueOf('mode', fields.mode, transportModes, cells),
    vendor: textOf(fields.vendor, cells),
    incoTerm: textOf(fields.incoTerm, cells),
    item: {
      description: required('item.description', textOf(item.description, cells)),
      commodity: required('item.commodity', textOf(item.commodity, cells)),
      quantity: required('item.quantity', wholeNumberOf('item.quantity', item.quantity, cells)),
      weightKg: weight.number,
      volumeM3: numberOf('item.volumeM3', item.volumeM3, cells),
      value: amountOf('item.value', item.value, cells),
    },
    freightCost: cost.amount,
    freightCostNote: cost.note,
    weightNote: weight.note,
    values,
  };
}

/** The key of a row, also of a refused one. */
export function sourceReferenceOf({ fields }: Mapping, cells: Cells): string {
  return textOf(fields.sourceReference, cells) ?? '';
}

function required<T>(field: string, value: T | null): T {
  if (value !== null) return value;
  throw new RowRefusal('UNMAPPED', 'a value is required; the row has none', { field });
}

/** The refusal of a text that the mapping does not translate. */
function unmapped(field: string, value: string, what: string): RowRefusal {
  const message = `${what} is required; got ${shown(value)}. Add it to "values" of the mapping (null when it is unknown)`;
  return new RowRefusal('UNMAPPED', message, { field, value });
}

/** A value of an enum of the graph. */
function enumValueOf(
  field: string,
  source: TextField | undefined,
  values: readonly string[],
  cells: Cells,
): string | null {
  const text = textOf(source, cells);
  if (text === null || values.includes(text)) return text;
  throw unmapped(field, text, `one of ${values.join(', ')}`);
}

/** The number in a cell, or its text when it is no number. */
function numberOrNote(source: TextField | undefined, cells: Cells): { number: number | null; note: string | null } {
  const text = textOf(source, cells);
  const digits = text === null ? undefined : plainNumber(text);
  return digits === undefined ? { number: null, note: text } : { number: Number(digits), note: null };
}

function numberOf(field: string, source: TextField | undefined, cells: Cells): number | null {
  const { number, note } = numberOrNote(source, cells);
  if (note !== null) throw unmapped(field, note, 'a number');
  return number;
}

function wholeNumberOf(field: string, source: TextField, cells: Cells): number | null {
  const number = numberOf(field, source, cells);
  if (number === null || (Number.isInteger(number) && Math.abs(number) < 2 ** 31)) return number;
  const value = textOf(source, cells) ?? '';
  const message = `a whole number from 1 to 1,000,000,000 is required; got ${shown(value)}`;
  throw new RowRefusal('INVALID_INPUT', message, { field, value });
}

function amountOrNote(source: MoneyField | undefined, cells: Cells) {
  const text = textOf(source, cells);
  const digits = text === null ? undefined : plainNumber(text);
  if (!source || digits === undefined) return { amount: null, note: text };
  return { amount: { amount: digits, currency: source.currency }, note: null };
}

function amountOf(field: string, source: MoneyField | undefined, cells: Cells) {
  const { amount, note } = amountOrNote(source, cells);
  if (note !== null) throw unmapped(field, note, 'a number');
  return amount;
}

/** The digits of a decimal number with optional thousands commas. Undefined for any other text. */
function plainNumber(text: string): string | undefined {
  const digits = /^\d{1,3}(,\d{3})+(\.\d+)?$/.test(text) ? text.replaceAll(',', '') : text;
  return /^-?\d+(\.\d+)?$/.test(digits) ? digits : undefined;
}

function dateOf(field: string, source: DateField, cells: Cells): string | null {
  const texts = textsOf(source, cells);
  const dates = texts.flatMap((text) => {
    for (const format of source.formats) {
      const at = parseDate(text, format, source.day);
      if (at) return [at.toISOString()];
    }
    return [];
  });
  const [text] = texts;
  if (dates.length === 0 && text !== undefined) throw unmapped(field, text, `a date as ${source.formats.join(' or ')}`);
  return (source.pick === 'earliest' ? dates.toSorted()[0] : dates[0]) ?? null;
}

function placeOf(name: string, source: PlaceField | undefined, cells: Cells) {
  const country = textOf(source?.country, cells);
  if (!source || country === null) return null;
  if (!/^[A-Za-z]{2}$/.test(country)) throw unmapped(`${name}.country`, country, 'a two-letter code (ISO 3166-1)');
  return {
    country,
    region: textOf(source.region, cells),
    city: textOf(source.city, cells),
    contactName: textOf(source.contactName, cells),
  };
}
