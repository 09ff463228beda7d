import type fc from 'fast-check';
import type { ImportKind, RowFields } from '../../kinds/kind.ts';
import type { Convention, Written } from './cells.ts';

/** The cells of a row by the names of their columns. */
export type WrittenRow = Readonly<Record<string, Written<unknown>>>;

/** A kind of records, a mapping of it, random rows, and what an import must make of them. */
export interface WrittenKind<F extends RowFields = RowFields> {
  readonly kind: ImportKind<F>;
  readonly fields: object;
  rows(convention: Convention): fc.Arbitrary<WrittenRow>;
  /** The field of each column that may refuse its row. */
  readonly fieldOf: Readonly<Record<string, string>>;
  /** The row to send without its line and original cells, of the values and notes of its columns. */
  expected(values: Readonly<Record<string, unknown>>, notes: Readonly<Record<string, string>>): object;
}

export const column = (name: string, more: object = {}) => ({ column: name, ...more });
export const constant = (text: string) => ({ constant: text });

export const equipment = { Van: 'DRY_VAN', Fridge: 'REEFER', Box: 'BOX_TRUCK' };
