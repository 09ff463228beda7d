import { parseDate } from './date-format.ts';
import type { DateField, Mapping, MoneyField, PlaceField, TextField } from './mapping.ts';
import type { SourceRow } from './read-rows.ts';

/** A row of the mutation `importShipments`. */
export type ImportRow = Readonly<Record<string, unknown>> & { readonly line: number; readonly sourceReference: string };

/** Why a row can't be mapped: which field, what was required, what arrived. */
export class RowRefusal extends Error {
  override name = 'RowRefusal';
}

type Cells = ReadonlyMap<string, string>;

/** Turns a row of a file into a row of the import; throws a RowRefusal where a required field is not there. */
export function mapRow({ fields }: Mapping, header: readonly string[], { line, values }: SourceRow): ImportRow {
  const cells: Cells = new Map(header.map((column, index) => [column, (values[index] ?? '').trim()]));
  const weight = numberOrNote(fields.item.weightKg, cells);
  const cost = amountOrNote(fields.freightCost, cells);
  return {
    line,
    sourceReference: required('sourceReference', textOf(fields.sourceReference, cells)),
    reference: required('reference', textOf(fields.reference, cells)),
    createdAt: required('createdAt', dateOf(fields.createdAt, cells), fields.createdAt),
    deliverBy: dateOf(fields.deliverBy, cells),
    deliveredAt: required('deliveredAt', dateOf(fields.deliveredAt, cells), fields.deliveredAt),
    origin: placeOf('origin', fields.origin, cells),
    destination: placeOf('destination', fields.destination, cells),
    equipment: textOf(fields.equipment, cells),
    notes: textOf(fields.notes, cells),
    mode: textOf(fields.mode, cells),
    vendor: textOf(fields.vendor, cells),
    incoTerm: textOf(fields.incoTerm, cells),
    item: {
      description: required('item.description', textOf(fields.item.description, cells)),
      commodity: required('item.commodity', textOf(fields.item.commodity, cells)),
      quantity: required('item.quantity', numberOrNote(fields.item.quantity, cells).number),
      weightKg: weight.number,
      volumeM3: numberOrNote(fields.item.volumeM3, cells).number,
      value: amountOrNote(fields.item.value, cells).amount,
    },
    freightCost: cost.amount,
    freightCostNote: cost.note,
    weightNote: weight.note,
    values,
  };
}

/** The columns that a mapping names and a file lacks. */
export function missingColumns({ fields }: Mapping, header: readonly string[]): string[] {
  const named = JSON.stringify(fields, (key, value: unknown) => (key === 'values' ? undefined : value));
  const found = new Set<string>();
  JSON.parse(named, (key, value: unknown) => {
    if (key === 'column' && typeof value === 'string') found.add(value);
    if (key === 'columns' && Array.isArray(value)) for (const column of value) found.add(String(column));
    if (key === 'template' && typeof value === 'string')
      for (const [, column = ''] of value.matchAll(slot)) found.add(column);
    return value;
  });
  return [...found].filter((column) => !header.includes(column));
}

const slot = /\{([^}]+)\}/g;

/** Texts of a field's sources, in their order, translated; empty and unknown ones left out. */
function textsOf(field: TextField, cells: Cells): string[] {
  const { column, columns = [], template, constant, values } = field;
  const raw = [
    ...(column === undefined ? columns : [column]).map((name) => cells.get(name) ?? ''),
    ...(template === undefined ? [] : [template.replaceAll(slot, (_slot, name: string) => cells.get(name) ?? '')]),
    ...(constant === undefined ? [] : [constant]),
  ];
  const translated = raw.map((text) => (values && Object.hasOwn(values, text) ? values[text] : text));
  return translated.filter((text): text is string => text != null && text !== '');
}

function textOf(field: TextField | undefined, cells: Cells): string | null {
  return (field && textsOf(field, cells)[0]) ?? null;
}

function numberOrNote(field: TextField | undefined, cells: Cells): { number: number | null; note: string | null } {
  const text = textOf(field, cells);
  const number = text === null ? null : plainNumber(text);
  return number === undefined
    ? { number: null, note: text }
    : { number: number === null ? null : Number(number), note: null };
}

function amountOrNote(field: MoneyField | undefined, cells: Cells) {
  if (!field) return { amount: null, note: null };
  const { currency, ...source } = field;
  const text = textOf(source, cells);
  const number = text === null ? null : plainNumber(text);
  if (number == null) return { amount: null, note: text };
  return { amount: { amount: number, currency }, note: null };
}

/** The digits of a plain decimal number (thousands may be parted by commas); undefined for any other text. */
function plainNumber(text: string): string | undefined {
  const digits = /^\d{1,3}(,\d{3})+(\.\d+)?$/.test(text) ? text.replaceAll(',', '') : text;
  return /^-?\d+(\.\d+)?$/.test(digits) ? digits : undefined;
}

function dateOf(field: DateField | undefined, cells: Cells): string | null {
  if (!field) return null;
  const dates = textsOf(field, cells).flatMap((text) => {
    for (const format of field.formats) {
      const at = parseDate(text, format, field.day);
      if (at) return [at.toISOString()];
    }
    return [];
  });
  return (field.pick === 'earliest' ? dates.toSorted()[0] : dates[0]) ?? null;
}

function placeOf(name: string, field: PlaceField | undefined, cells: Cells) {
  if (!field) return null;
  const country = textOf(field.country, cells);
  if (country === null) return null;
  if (!/^[A-Za-z]{2}$/.test(country)) {
    throw new RowRefusal(
      `${name}.country: a two-letter code is required, add it to "values"; got ${JSON.stringify(country)}`,
    );
  }
  return {
    country,
    region: textOf(field.region, cells),
    city: textOf(field.city, cells),
    contactName: textOf(field.contactName, cells),
  };
}

function required<T>(name: string, value: T | null, field?: DateField): T {
  if (value !== null) return value;
  const form = field ? `a date as ${field.formats.join(' or ')}` : 'a value';
  throw new RowRefusal(`${name}: ${form} is required; the row has none`);
}
