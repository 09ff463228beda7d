import { extname } from 'node:path';
import { columnsOf, textOf } from './cells.ts';
import { readPreamble } from './delimited-text.ts';
import type { ImportKind, ImportRow, RowFields } from './kinds/kind.ts';
import type { Mapping } from './mapping.ts';
import { readRows, type SourceRow } from './read-rows.ts';
import { readSheet } from './read-sheet.ts';
import { type RefusedRow, RowRefusal } from './refusal.ts';
import type { KeptText, Row } from './row.ts';
import { alignedValues, cellsOf, cellsOfAnyRow, type Table, tableOf } from './table.ts';
import { textAt } from './text-at.ts';

/** What a mapping makes of a row: a row to send, with the texts that it keeps in place of numbers, or a refusal. */
export type ReadRow =
  | {
      readonly line: number;
      readonly row: ImportRow;
      readonly keptTexts: readonly KeptText[];
      /** The text of the cell from which a field of the row was made. */
      readonly textAt: (field: string) => string;
    }
  | { readonly line: number; readonly refusal: RefusedRow };

export interface ReadFile {
  readonly columns: readonly string[];
  readonly unusedColumns: readonly string[];
  readonly rows: AsyncGenerator<ReadRow>;
}

/** Opens a file and reads its header; the rows follow as they are asked for. @throws ConfigurationError */
export async function readFile<F extends RowFields>(
  file: string,
  kind: ImportKind<F>,
  mapping: Mapping<F>,
  onBytes: (count: number) => void,
): Promise<ReadFile> {
  const preamble = await readPreamble(file, mapping.encoding);
  const ofName = ['.tsv', '.tab'].includes(extname(file).toLowerCase()) ? '\t' : ',';
  const delimiter = mapping.delimiter ?? preamble.delimiter ?? ofName;
  const isExact = preamble.isWorkbook || delimiter === ',';
  const decimal = mapping.decimal ?? (isExact ? '.' : undefined);
  const rows = preamble.isWorkbook
    ? readSheet(file, { sheet: mapping.sheet, decimal: mapping.decimal ?? '.', onBytes })
    : readRows(file, { preamble, delimiter, onBytes });
  const used = columnsOf(mapping.fields);
  const table = await headerOf(rows, used);
  const unusedColumns = table.columns.filter((column) => !used.has(column));
  return { columns: table.columns, unusedColumns, rows: mappedRows(rows, table, kind, mapping, decimal) };
}

async function headerOf(rows: AsyncGenerator<SourceRow>, used: ReadonlySet<string>): Promise<Table> {
  const first = await rows.next();
  try {
    return tableOf(first.done ? undefined : first.value, used);
  } catch (error) {
    await rows.return(undefined);
    throw error;
  }
}

async function* mappedRows<F extends RowFields>(
  rows: AsyncGenerator<SourceRow>,
  table: Table,
  { mapRow }: ImportKind<F>,
  { fields, twoDigitYearsUntil }: Mapping<F>,
  decimal: Row['decimal'],
): AsyncGenerator<ReadRow> {
  for await (const source of rows) {
    const { line } = source;
    try {
      const values = alignedValues(table, source);
      const row: Row = { cells: cellsOf(table, values), decimal, twoDigitYearsUntil, keptTexts: [] };
      const sent = mapRow(fields, row, line, values);
      yield { line, row: sent, keptTexts: row.keptTexts, textAt: (field) => textAt(fields, field, row.cells) };
    } catch (error) {
      if (!(error instanceof RowRefusal)) throw error;
      const sourceReference = textOf(fields.sourceReference, cellsOfAnyRow(table, source)) ?? '';
      yield { line, refusal: error.at(line, sourceReference) };
    }
  }
}
