import { type Cells, textOf, textsOf } from './cells.ts';
import type { ListField, TextField } from './mapping-fields.ts';
import type { DecimalSeparator } from './number-format.ts';
import { RowRefusal, shown } from './refusal.ts';

/** A cell that is not a number, kept as a text that the mapping does not list under `notes`. */
export interface KeptText {
  readonly field: string;
  readonly value: string;
}

/** A row while a mapping reads it. */
export interface Row {
  readonly cells: Cells;
  readonly decimal: DecimalSeparator;
  readonly twoDigitYearsUntil: number;
  /** Filled while the row is read. */
  readonly keptTexts: KeptText[];
}

/** Refuses a row that lacks a required field. */
export function required<T>(field: string, value: T | null): T {
  if (value !== null) return value;
  throw new RowRefusal('UNMAPPED', 'The row has no value for it. Fill the cell.', { field });
}

/** The refusal of a text that is not what a field takes, such as "a date", and that the mapping does not translate. */
export function unmapped(field: string, value: string, what: string): RowRefusal {
  const message = `${shown(value)} is not ${what}. Correct it, or add it to "values" of the mapping (null when it is unknown).`;
  return new RowRefusal('UNMAPPED', message, { field, value });
}

/** A value of an enum of the graph. @throws RowRefusal */
export function enumValueOf<const V extends string>(
  row: Row,
  field: string,
  source: TextField | undefined,
  values: readonly V[],
): V | null {
  const text = textOf(source, row.cells);
  if (text === null) return null;
  const value = values.find((each) => each === text);
  if (value !== undefined) return value;
  throw unmapped(field, text, `one of ${values.join(', ')}`);
}

/** Values of an enum of the graph, from one cell or several. @throws RowRefusal */
export function enumValuesOf<const V extends string>(
  row: Row,
  field: string,
  source: ListField,
  values: readonly V[],
): readonly V[] {
  const { separator, values: translations = {} } = source;
  const parts = textsOf({ ...source, values: undefined }, row.cells).flatMap((text) => text.split(separator));
  const texts = parts.map((part) => part.trim()).filter((part) => part !== '');
  const found = texts.flatMap((text) => {
    const translated = Object.hasOwn(translations, text) ? translations[text] : text;
    if (translated == null) return [];
    const value = values.find((each) => each === translated);
    if (value !== undefined) return [value];
    throw unmapped(field, text, `one of ${values.join(', ')}`);
  });
  if (found.length > 0) return found;
  throw new RowRefusal('UNMAPPED', 'The row has no value for it. Fill the cell.', { field });
}
