import { CsvError, parse } from 'csv-parse/sync';
import { decodedText, type Preamble } from './delimited-text.ts';
import { LineReader } from './line-reader.ts';

/** A row of a file: the line on which it begins (the first is 1) and its cells. */
export interface SourceRow {
  readonly line: number;
  readonly values: readonly string[];
  /** The fault of a record that is not CSV, for instance a stray quote. `values` then ends before the fault. */
  readonly fault?: string;
}

export interface ReadOptions {
  readonly preamble: Preamble;
  readonly delimiter: string;
  readonly onBytes: (count: number) => void;
}

/** A row has at most this many characters. */
const maxLength = 1_048_576;

/**
 * Streams the rows of a delimited file, header first, without those that have no text. Cells may contain line breaks. After a
 * faulty record the next line is read as a new one, so that a stray quote costs no other row.
 */
export async function* readRows(
  path: string,
  { preamble, delimiter, onBytes }: ReadOptions,
): AsyncGenerator<SourceRow> {
  const lines = new LineReader(decodedText(path, preamble, onBytes), maxLength);
  let width: number | undefined;
  try {
    for (;;) {
      const line = lines.number + 1;
      const first = await lines.next();
      if (first === undefined) return;
      if (line === 1 && preamble.delimiter !== undefined) continue;
      const row = await readRecord(first, lines, delimiter, width);
      if (row.fault === undefined && row.values.every((value) => value.trim() === '')) continue;
      width ??= widthOf(row.values);
      yield { line, ...row };
    }
  } finally {
    await lines.close();
  }
}

type Cells = readonly string[];
type Record = Omit<SourceRow, 'line'>;
/** A text that is no record: it ends within quotes, or has a quote where none may stand. `index` is that of the cell. */
interface Fault {
  readonly kind: 'OPEN' | 'STRAY';
  readonly index: number;
}

const messages = {
  OPEN: 'A cell begins with a quote (") and does not end with one. Add the quote, or remove the first one.',
  STRAY: 'A quote (") stands within a cell. Put the cell in quotes and write the quote twice (""), or remove it.',
} as const;

/** Reads the record that begins with a line, with the next lines if its cells have line breaks. */
async function readRecord(first: string, lines: LineReader, delimiter: string, width = 0): Promise<Record> {
  if (first.length > maxLength)
    return { values: [], fault: `The row has more than ${maxLength} characters. Shorten it.` };
  if (!first.includes('"')) return { values: first.split(delimiter) };
  const begun = parseRecord(first, delimiter);
  const taken: string[] = [];
  let parsed = begun;
  let length = first.length;
  while (isOpen(parsed) && length <= maxLength) {
    const next = await lines.next();
    if (next === undefined) break;
    taken.push(next);
    length += next.length + 1;
    // Only a single quote ends a cell: two are a quote within it.
    if (next.replaceAll('""', '').includes('"')) parsed = parseRecord([first, ...taken].join('\n'), delimiter);
  }
  if (isCells(parsed) && !hasSwallowedRows(parsed, taken, delimiter, width)) return { values: parsed };
  lines.giveBack(taken);
  const values = isCells(begun) ? [] : cellsBeforeFault(first, begun.index, delimiter);
  return { values, fault: messages[isCells(parsed) ? 'OPEN' : parsed.kind] };
}

/** True for what begins with one stray quote and ends with another: it has rows within a cell, and is none itself. */
function hasSwallowedRows(cells: Cells, taken: readonly string[], delimiter: string, width: number): boolean {
  if (taken.length === 0 || isOfWidth(cells, width)) return false;
  return taken.some((line) => {
    const parsed = parseRecord(line, delimiter);
    return isCells(parsed) && isOfWidth(parsed, width);
  });
}

function isOfWidth(cells: Cells, width: number): boolean {
  return cells.length >= width && widthOf(cells) <= width;
}

/** The number of cells up to the last one with a text. */
function widthOf(cells: Cells): number {
  return cells.findLastIndex((cell) => cell.trim() !== '') + 1;
}

function isCells(parsed: Cells | Fault): parsed is Cells {
  return Array.isArray(parsed);
}

function isOpen(parsed: Cells | Fault): boolean {
  return !isCells(parsed) && parsed.kind === 'OPEN';
}

function parseRecord(text: string, delimiter: string): Cells | Fault {
  try {
    const [cells = []] = parse(text, { delimiter, record_delimiter: '\n' });
    return cells;
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    return { kind: error.code === 'CSV_QUOTE_NOT_CLOSED' ? 'OPEN' : 'STRAY', index: Number(error['index'] ?? 0) };
  }
}

/** The first `count` cells of a faulty record, which are complete. */
function cellsBeforeFault(line: string, count: number, delimiter: string): Cells {
  // The faulty cell may lack its closing quote.
  for (const text of [line, `${line}"`]) {
    const [cells] = parse(text, {
      delimiter,
      record_delimiter: '\n',
      relax_quotes: true,
      skip_records_with_error: true,
    });
    if (cells) return cells.slice(0, count);
  }
  return [];
}
