import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { columnTypesQuery, textOf } from '#shared/database/row-text.ts';

/** Values by the database's column names. */
export type TableRow = Readonly<Record<string, unknown>>;

const chunkCharacters = 65_536;

/**
 * Writes rows with COPY (see docs/performance.md, P22). The columns are those of the first row, by
 * their database names. Other columns get their defaults.
 */
export async function copyRows(client: pg.Client, table: string, rows: Iterable<TableRow>): Promise<void> {
  const iterator = Iterator.from(rows);
  const { value: first } = iterator.next();
  if (!first) return;
  const names = Object.keys(first);
  const { rows: columns } = await client.query<{ name: string; type: string }>(columnTypesQuery, [`"${table}"`]);
  const typeOf = new Map(columns.map(({ name, type }) => [name, type]));
  const types = names.map((name) => typeOf.get(name));
  const lineOf = (row: TableRow) =>
    `${names.map((name, index) => escaped(textOf(row[name], types[index]))).join('\t')}\n`;
  const statement = `copy "${table}" (${names.map((name) => `"${name}"`).join(', ')}) from stdin`;
  const lines = Iterator.from([first]).map(lineOf);
  await pipeline(Readable.from(chunksOf(lines, iterator.map(lineOf))), client.query(copyFrom(statement)));
}

/** Joins lines to chunks, so that each system call writes many. */
function* chunksOf(...lines: readonly Iterable<string>[]): Generator<string> {
  let chunk = '';
  for (const some of lines) {
    for (const line of some) {
      chunk += line;
      if (chunk.length < chunkCharacters) continue;
      yield chunk;
      chunk = '';
    }
  }
  yield chunk;
}

const special = /[\\\n\r\t]/;

/** A field of COPY's text format. */
function escaped(text: string | null): string {
  if (text === null) return '\\N';
  if (!special.test(text)) return text;
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\r', '\\r').replaceAll('\t', '\\t');
}
