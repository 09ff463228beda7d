import { ConfigurationError } from '#shared/runtime/config.ts';
import type { Cells } from './cells.ts';
import type { SourceRow } from './read-rows.ts';
import { RowRefusal } from './refusal.ts';

/** The columns of a file that have a name, and where they stand. */
export interface Table {
  readonly columns: readonly string[];
  readonly places: readonly number[];
}

/** Reads the header. @throws ConfigurationError if a column that the mapping needs is absent, or a name is there twice */
export function tableOf(header: SourceRow | undefined, needed: ReadonlySet<string>): Table {
  if (header?.fault !== undefined) {
    throw new ConfigurationError(`FILE: The header is not CSV. ${header.fault}`);
  }
  const names = (header?.values ?? []).map((name) => name.normalize('NFC').trim());
  const places = names.flatMap((name, place) => (name === '' ? [] : [place]));
  const columns = places.map((place) => names[place] ?? '');
  const twice = columns.find((name, place) => columns.indexOf(name) !== place);
  if (twice !== undefined) {
    throw new ConfigurationError(`FILE: The column ${JSON.stringify(twice)} is there twice. Rename one of them.`);
  }
  const missing = [...needed].filter((column) => !columns.includes(column));
  if (missing.length > 0) {
    const lacks = `The file lacks the columns ${missing.join(', ')} of the mapping. It has ${columns.join(', ') || 'none'}`;
    throw new ConfigurationError(`FILE: ${lacks}. Correct the mapping, or its "delimiter".`);
  }
  return { columns, places };
}

/** The cells of a row below the named columns, as they are in the file. @throws RowRefusal */
export function alignedValues({ columns, places }: Table, { values, fault }: SourceRow): readonly string[] {
  if (fault !== undefined) throw new RowRefusal('MALFORMED', fault);
  const width = (places.at(-1) ?? -1) + 1;
  const named = new Set(places);
  const nameless = values.findIndex((value, place) => !named.has(place) && value.trim() !== '');
  // Excel writes empty cells behind the last column; other programs leave them out.
  if (values.length < width || nameless >= width) {
    throw new RowRefusal(
      'UNMAPPED',
      `The row has ${values.length} cells, the header ${width}. Give one cell per column.`,
    );
  }
  if (nameless >= 0) {
    const message = `The row has a value in column ${nameless + 1}, which has no name. Name the column, or empty the cell.`;
    throw new RowRefusal('UNMAPPED', message, { value: values[nameless] ?? '' });
  }
  if (values.some((value) => value.includes('\ufffd'))) {
    const message =
      'The row has bytes that are not UTF-8. Save the file as UTF-8, or set "encoding": "latin1" in the mapping.';
    throw new RowRefusal('UNMAPPED', message);
  }
  return columns.map((_name, index) => values[places[index] ?? 0] ?? '');
}

/** The texts of a row by the names of their columns, for a mapping: composed letters, no blanks around them. */
export function cellsOf({ columns }: Table, values: readonly string[]): Cells {
  return new Map(columns.map((column, index) => [column, toText(values[index] ?? '')]));
}

/** What a row has at the named columns, although it may be faulty: for its key in the report. */
export function cellsOfAnyRow(table: Table, { values }: SourceRow): Cells {
  return cellsOf(
    table,
    table.places.map((place) => values[place] ?? ''),
  );
}

/** Excel keeps the zeros of ="007". */
function toText(value: string): string {
  const text = value.normalize('NFC').trim();
  return /^="([^"]*)"$/.exec(text)?.[1]?.trim() ?? text;
}
