import { Readable } from 'node:stream';
import { type CsvError, parse } from 'csv-parse';
import { parse as parseText } from 'csv-parse/sync';
import { decodedText, type Preamble } from './delimited-text.ts';

/** A row of a file: the line on which it begins (the first is 1) and its cells. */
export interface SourceRow {
  readonly line: number;
  readonly values: readonly string[];
  /** The fault of a record that is not CSV, for instance a stray quote. `values` then ends before the fault. */
  readonly fault?: string;
}

interface ParsedRecord {
  readonly record: readonly string[];
  readonly info: { readonly lines: number };
}

export interface ReadOptions {
  readonly preamble: Preamble;
  readonly delimiter: string;
  readonly onBytes: (count: number) => void;
}

/** Streams the rows of a delimited file, header first, without those that have no text. Cells may contain line breaks. */
export async function* readRows(
  path: string,
  { preamble, delimiter, onBytes }: ReadOptions,
): AsyncGenerator<SourceRow> {
  const rows = readRecords(path, { preamble, delimiter, onBytes });
  for await (const row of rows) {
    const isSeparatorLine = row.line === 1 && preamble.delimiter !== undefined;
    const isBlank = row.fault === undefined && row.values.every((value) => value.trim() === '');
    if (!isSeparatorLine && !isBlank) yield row;
  }
}

async function* readRecords(path: string, { preamble, delimiter, onBytes }: ReadOptions): AsyncGenerator<SourceRow> {
  const faulty: SourceRow[] = [];
  const text = Readable.from(decodedText(path, preamble, onBytes));
  const parser = parse({
    delimiter,
    record_delimiter: '\n',
    info: true,
    raw: true,
    relax_column_count: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
    max_record_size: 1_048_576,
  });
  parser.on('skip', (error: CsvError, raw: string | undefined) => {
    const values = cellsBeforeFault(raw ?? '', Number(error['index'] ?? 0), delimiter);
    const line = Number(error['lines'] ?? 0);
    // The parser may report several faults of one record.
    if (faulty.at(-1)?.line !== line) faulty.push({ line, values, fault: error.message });
  });
  text.on('error', (error) => parser.destroy(error));
  text.pipe(parser);
  try {
    for await (const { record, info } of parser as AsyncIterable<ParsedRecord>) {
      const line = info.lines - breaksIn(record);
      // The parser has read further than the rows that were consumed.
      while (faulty[0] && faulty[0].line < line) yield* faulty.splice(0, 1);
      yield { line, values: record };
    }
    yield* faulty;
  } finally {
    text.destroy();
    parser.destroy();
  }
}

/** Number of line breaks in the cells: the record ends this many lines after its first line. */
function breaksIn(record: readonly string[]): number {
  return record.reduce((sum, cell) => sum + (cell.match(/\n/g)?.length ?? 0), 0);
}

/** The first `count` cells of a faulty record, which are complete. */
function cellsBeforeFault(raw: string, count: number, delimiter: string): readonly string[] {
  // The faulty cell may lack its closing quote.
  for (const text of [raw, `${raw}"`]) {
    const [cells] = parseText(text, { delimiter, relax_quotes: true, skip_records_with_error: true });
    if (cells) return cells.slice(0, count);
  }
  return [];
}
