import { createReadStream } from 'node:fs';
import { type CsvError, parse } from 'csv-parse';

/** A row of a delimited file: the line on which it begins (the header is line 1) and its cells. */
export interface SourceRow {
  readonly line: number;
  readonly values: readonly string[];
}

interface ParsedRecord {
  readonly record: readonly string[];
  readonly info: { readonly lines: number };
}

export interface ReadOptions {
  readonly delimiter: string;
  readonly encoding: 'utf8' | 'latin1';
  readonly onBytes: (count: number) => void;
  /** A record that is not CSV, such as one with a stray quote; reading goes on behind it. */
  readonly onMalformed: (line: number, message: string) => void;
}

/** Streams the rows of a delimited file, header first. Cells may hold line breaks; a byte order mark is skipped. */
export async function* readRows(path: string, options: ReadOptions): AsyncGenerator<SourceRow> {
  const { delimiter, encoding, onBytes, onMalformed } = options;
  const file = createReadStream(path);
  const parser = parse({
    delimiter,
    encoding,
    bom: true,
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
    max_record_size: 1_048_576,
  });
  parser.on('skip', (error: CsvError) => onMalformed(Number(error['lines'] ?? 0), error.message));
  file.on('data', (chunk) => onBytes(chunk.length));
  file.on('error', (error) => parser.destroy(error));
  file.pipe(parser);
  try {
    for await (const { record, info } of parser as AsyncIterable<ParsedRecord>) {
      yield { line: info.lines - breaksIn(record), values: record };
    }
  } finally {
    file.destroy();
    parser.destroy();
  }
}

/** Line breaks within the cells: a record ends so many lines below its beginning. */
function breaksIn(record: readonly string[]): number {
  return record.reduce((sum, cell) => sum + (cell.match(/\n/g)?.length ?? 0), 0);
}
