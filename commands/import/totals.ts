import type { RefusedRow } from './refusal.ts';

/** A cell that was not understood as a number and is kept as a text of its row. */
export interface KeptCell {
  readonly line: number;
  readonly sourceReference: string;
  readonly field: string;
  readonly value: string;
}

/** How the rows of a file ended. */
export interface ImportTotals {
  readonly rows: number;
  readonly imported: number;
  readonly alreadyImported: number;
  readonly refused: readonly RefusedRow[];
  /** Of rows that are imported. */
  readonly kept: readonly KeptCell[];
}
