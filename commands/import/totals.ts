import type { BatchOutcome } from './kinds/kind.ts';
import type { ReadRow } from './read-file.ts';
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
  /** Of rows that are imported, now or before. */
  readonly kept: readonly KeptCell[];
}

/** A row that can be sent. */
export type SendableRow = Extract<ReadRow, { readonly row: unknown }>;

/** Counts how the rows of a file end, for an import and for a dry run. */
export class Tally {
  #rows = 0;
  #imported = 0;
  #alreadyImported = 0;
  readonly #refused: RefusedRow[] = [];
  readonly #kept: KeptCell[] = [];
  /** The first line of each key that is in the graph, or would be. */
  readonly #lines = new Map<string, number>();

  /** Counts a row that was read. Returns it if it can be sent. */
  read(result: ReadRow): SendableRow | undefined {
    this.#rows += 1;
    if ('row' in result) return result;
    this.#refused.push(result.refusal);
    return undefined;
  }

  /** Counts how rows ended that were sent. Their refusals show the texts of the cells. */
  sent(rows: readonly SendableRow[], { imported, alreadyImported, refused }: BatchOutcome): void {
    this.#imported += imported;
    this.#alreadyImported += alreadyImported;
    const refusals = new Map(refused.map((refusal) => [refusal.line, refusal]));
    for (const row of rows) {
      const { sourceReference } = row.row;
      const refusal = refusals.get(row.line);
      const first = this.#lines.get(sourceReference);
      if (refusal) this.#refused.push({ ...withFirstLine(refusal, first), value: row.textAt(refusal.field) });
      else {
        if (first === undefined) this.#lines.set(sourceReference, row.line);
        this.#kept.push(...row.keptTexts.map((text) => ({ line: row.line, sourceReference, ...text })));
      }
    }
  }

  get totals(): ImportTotals {
    return {
      rows: this.#rows,
      imported: this.#imported,
      alreadyImported: this.#alreadyImported,
      refused: this.#refused.toSorted((left, right) => left.line - right.line),
      kept: this.#kept,
    };
  }
}

/** The graph does not know that the row which was imported before stands in the same file. */
function withFirstLine(refusal: RefusedRow, first: number | undefined): RefusedRow {
  if (refusal.code !== 'CHANGED' || first === undefined) return refusal;
  const message = `The row ${refusal.sourceReference} is twice in the file, first in line ${first} with other values. Remove one, or give it another key.`;
  return { ...refusal, message };
}
