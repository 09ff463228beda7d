import { readFile } from 'node:fs/promises';
import type { CellObject, WorkBook } from '@e965/xlsx';
import { ConfigurationError } from '#shared/runtime/config.ts';
import { serialDateToText } from './date-format.ts';
import type { SourceRow } from './read-rows.ts';
import { type FormatNumber, shownNumber } from './shown-number.ts';

export interface ReadSheetOptions {
  /** The first by default. */
  readonly sheet: string | undefined;
  /** Numbers are written with it, so that the mapping reads them as it reads texts. */
  readonly decimal: '.' | ',';
  readonly onBytes: (count: number) => void;
}

/** What a cell shows, or why that is unknown. */
interface Shown {
  readonly text?: string;
  readonly fault?: string;
}

type SheetRows = readonly (readonly (CellObject | undefined)[] | undefined)[];

/** Gives the rows of an Excel workbook (.xlsx), header first, without those that have no text. Lines are those of Excel. */
export async function* readSheet(
  path: string,
  { sheet, decimal, onBytes }: ReadSheetOptions,
): AsyncGenerator<SourceRow> {
  // Most imports need no spreadsheet reader, which takes long to load.
  const { SSF, utils } = await import('@e965/xlsx');
  const bytes = await readFile(path);
  onBytes(bytes.length);
  const workbook = await readWorkbook(bytes);
  const rows = rowsOf(workbook, sheet);
  const daysBefore = workbook.Workbook?.WBProps?.date1904 ? 1_462 : 0;
  const formatNumber: FormatNumber = (format, value) => SSF.format(format, value);
  const show = (cell: CellObject | undefined): Shown => {
    if (cell?.t !== 'n' || typeof cell.v !== 'number') return textOf(cell);
    const format = typeof cell.z === 'string' ? cell.z : 'General';
    return SSF.is_date(format) ? shownDate(cell.v + daysBefore) : shownNumberOf(cell.v, format, decimal, formatNumber);
  };

  let width = 0;
  for (const [index, row = []] of rows.entries()) {
    // A sheet leaves out rows and cells without content. Each row is as wide as the header at least.
    const cells = Array.from({ length: Math.max(width, row.length) }, (_cell, place) => show(row[place]));
    const values = cells.map(({ text }) => text ?? '');
    const wrong = cells.findIndex((cell) => cell.fault !== undefined);
    const fault =
      wrong < 0 ? undefined : `The cell ${utils.encode_cell({ r: index, c: wrong })} ${cells[wrong]?.fault}`;
    if (fault === undefined && values.every((value) => value.trim() === '')) continue;
    width ||= values.length;
    yield { line: index + 1, values, ...(fault !== undefined && { fault }) };
  }
}

/** @throws ConfigurationError */
async function readWorkbook(bytes: Buffer): Promise<WorkBook> {
  const { read } = await import('@e965/xlsx');
  try {
    return read(bytes, { dense: true, cellNF: true, cellHTML: false, sheetStubs: true });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigurationError(
      `FILE: The workbook is damaged or no Excel workbook (${reason}). Get it again, or open it in Excel and save it as .xlsx without a password.`,
    );
  }
}

/** The rows of a sheet; the first by default. @throws ConfigurationError */
function rowsOf({ SheetNames: names, Sheets: sheets }: WorkBook, sheet: string | undefined): SheetRows {
  const name = sheet ?? names[0];
  if (name === undefined) throw new ConfigurationError('FILE: The workbook has no sheet. Export it again.');
  if (!names.includes(name)) {
    const others = names.map((each) => JSON.stringify(each)).join(', ');
    throw new ConfigurationError(
      `FILE: The workbook has no sheet ${JSON.stringify(name)}. Set "sheet" of the mapping to one of ${others}.`,
    );
  }
  const rows = sheets[name]?.['!data'] ?? [];
  if (rows.some((row) => row?.some((cell) => cell?.v !== undefined))) return rows;
  throw new ConfigurationError(
    `FILE: The sheet ${JSON.stringify(name)} is empty. Set "sheet" of the mapping to the one with the rows.`,
  );
}

function shownDate(serial: number): Shown {
  const text = serialDateToText(serial);
  return text === undefined ? { fault: `holds ${serial} as a date, which Excel cannot show. Correct it.` } : { text };
}

function shownNumberOf(value: number, format: string, decimal: '.' | ',', formatNumber: FormatNumber): Shown {
  const text = shownNumber(value, format, decimal, formatNumber);
  if (text !== undefined) return { text };
  const message = `holds ${value}, which its number format ${JSON.stringify(format)} shows as another number`;
  return { fault: `${message}. Give it the format General.` };
}

function textOf(cell: CellObject | undefined): Shown {
  if (cell?.t === 'e') return { fault: `holds the error ${cell.w ?? cell.v}. Correct it.` };
  if (cell?.t === 'z' && cell.f !== undefined) {
    return { fault: 'has a formula without a result. Open the file in Excel and save it.' };
  }
  if (!cell || cell.v === undefined || cell.t === 'z') return { text: '' };
  if (typeof cell.v === 'boolean') return { text: cell.v ? 'TRUE' : 'FALSE' };
  return { text: String(cell.v).replaceAll(/\r\n?/g, '\n') };
}
