import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { extname } from 'node:path';
import type { Readable } from 'node:stream';
import { ConfigurationError } from '#shared/runtime/config.ts';

export type Encoding = 'utf8' | 'latin1';

/** How files of .xlsx begin, and those of .xls. */
const zip = Buffer.from('504b0304', 'hex');
const oldWorkbook = Buffer.from('d0cf11e0', 'hex');

/** Excel's first line, which names the delimiter: `sep=;`. */
const separatorLine = /^\ufeff?"?sep=(.)"?(?:\r\n|\n|\r)/i;

/** What the first bytes of a file say: its format, encoding, and the delimiter that Excel has written into its first line. */
export interface Preamble {
  readonly isWorkbook: boolean;
  /** A label of the WHATWG standard. */
  readonly encoding: string;
  readonly delimiter: string | undefined;
}

export async function readPreamble(path: string, encoding: Encoding): Promise<Preamble> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(64), 0, 64, 0);
    const bytes = buffer.subarray(0, bytesRead);
    if (bytes.subarray(0, oldWorkbook.length).equals(oldWorkbook)) {
      throw new ConfigurationError(
        'FILE: An .xls or a protected workbook cannot be read. Open it in Excel and save it as .xlsx without a password.',
      );
    }
    const isWorkbook = bytes.subarray(0, zip.length).equals(zip);
    requireKindOfName(path, bytes, isWorkbook);
    const label = labelOf(bytes, encoding);
    const [, delimiter] = separatorLine.exec(new TextDecoder(label).decode(bytes)) ?? [];
    return { isWorkbook, encoding: label, delimiter };
  } finally {
    await file.close();
  }
}

/** @throws ConfigurationError for a file that is not what its name says */
function requireKindOfName(path: string, bytes: Buffer, isWorkbook: boolean): void {
  if (bytes.length === 0) throw new ConfigurationError('FILE: The file is empty. Export it again.');
  const ending = extname(path).toLowerCase();
  if (isWorkbook || !/^\.xls[xmb]?$/.test(ending)) return;
  throw new ConfigurationError(
    `FILE: The file is named ${ending} but is no workbook. If it is CSV, name it .csv, otherwise export it again.`,
  );
}

/** A byte order mark wins over the mapping. `latin1` is Windows-1252, in which Excel writes CSV: with the euro sign. */
function labelOf(bytes: Buffer, encoding: Encoding): string {
  if (bytes.length >= 2 && bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes.length >= 2 && bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  if (bytes.length >= 3 && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return 'utf-8';
  return encoding === 'latin1' ? 'windows-1252' : 'utf-8';
}

/**
 * Streams the text of a file with `\n` for each kind of line break, also within quotes, so that lines count the same for
 * everyone. A byte order mark is skipped; bytes that are not of the encoding become U+FFFD.
 */
export async function* decodedText(
  path: string,
  { encoding }: Preamble,
  onBytes: (count: number) => void,
): AsyncGenerator<string> {
  const decoder = new TextDecoder(encoding);
  let held = '';
  // A stream without an encoding gives buffers, which its type leaves open.
  for await (const chunk of createReadStream(path) satisfies Readable as AsyncIterable<Buffer>) {
    onBytes(chunk.length);
    const text = held + decoder.decode(chunk, { stream: true });
    // The line feed of this carriage return may be in the next chunk.
    held = text.endsWith('\r') ? '\r' : '';
    yield withLineFeeds(text.slice(0, text.length - held.length));
  }
  yield withLineFeeds(held + decoder.decode());
}

function withLineFeeds(text: string): string {
  return text.replaceAll(/\r\n?/g, '\n');
}
