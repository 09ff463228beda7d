import { type Cells, textOf } from './cells.ts';
import type { TextField } from './mapping-fields.ts';
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
  throw new RowRefusal('UNMAPPED', 'a value is required; the row has none', { field });
}

/** The refusal of a text that the mapping does not translate. */
export function unmapped(field: string, value: string, what: string): RowRefusal {
  const message = `${what} is required; got ${shown(value)}. Add it to "values" of the mapping (null when it is unknown)`;
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
