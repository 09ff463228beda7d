import { createReadStream } from 'node:fs';
import { parse } from 'csv-parse';

/** A row of a delimited file: the line on which it begins (the header is line 1) and its cells. */
export interface SourceRow {
  readonly line: number;
  readonly values: readonly string[];
}

interface ParsedRecord {
  readonly record: readonly string[];
  readonly info: { readonly lines: number };
}

/** Streams the rows of a delimited file, header first. Cells may hold line breaks; a byte order mark is skipped. */
export async function* readRows(
  path: string,
  {
    delimiter,
    encoding,
    onBytes,
  }: { delimiter: string; encoding: 'utf8' | 'latin1'; onBytes: (count: number) => void },
): AsyncGenerator<SourceRow> {
  const file = createReadStream(path);
  const parser = parse({
    delimiter,
    encoding,
    bom: true,
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: 1_048_576,
  });
  file.on('data', (chunk) => onBytes(chunk.length));
  file.on('error', (error) => parser.destroy(error));
  file.pipe(parser);
  try {
    let next = 1;
    for await (const { record, info } of parser as AsyncIterable<ParsedRecord>) {
      yield { line: next, values: record };
      next = info.lines + 1;
    }
  } finally {
    file.destroy();
    parser.destroy();
  }
}
