import { readFile } from 'node:fs/promises';
import type { CellObject } from '@e965/xlsx';
import { Decimal } from 'decimal.js';
import { ConfigurationError } from '#shared/runtime/config.ts';
import { serialDateToText } from './date-format.ts';
import type { SourceRow } from './read-rows.ts';

export interface ReadSheetOptions {
  /** The first by default. */
  readonly sheet: string | undefined;
  /** Numbers are written with it, so that the mapping reads them as it reads texts. */
  readonly decimal: '.' | ',';
  readonly onBytes: (count: number) => void;
}

/** Excel itself shows no more digits of a number. */
const digitsOfExcel = 15;

/** Gives the rows of an Excel workbook (.xlsx), header first, without those that have no text. Lines are those of Excel. */
export async function* readSheet(
  path: string,
  { sheet, decimal, onBytes }: ReadSheetOptions,
): AsyncGenerator<SourceRow> {
  // Most imports need no spreadsheet reader, which takes long to load.
  const { read, SSF, utils } = await import('@e965/xlsx');
  const bytes = await readFile(path);
  onBytes(bytes.length);
  const workbook = read(bytes, { dense: true, cellNF: true, cellHTML: false, sheetStubs: true });
  const name = sheet ?? workbook.SheetNames[0] ?? '';
  const rows = workbook.Sheets[name]?.['!data'];
  if (!rows) {
    throw new ConfigurationError(
      `FILE: the sheet ${JSON.stringify(name)} is required; got ${workbook.SheetNames.join(', ') || 'none'}`,
    );
  }
  const daysBefore = workbook.Workbook?.WBProps?.date1904 ? 1_462 : 0;
  const isDate = ({ z }: CellObject) => typeof z === 'string' && SSF.is_date(z);

  for (const [index, row] of rows.entries()) {
    // A sheet leaves out rows and cells without content.
    const cells = Array.from(row ?? []);
    const values = cells.map((cell) => textOf(cell, decimal, isDate, daysBefore));
    const wrong = cells.findIndex((cell) => faultOf(cell) !== undefined);
    const fault =
      wrong < 0 ? undefined : `the cell ${utils.encode_cell({ r: index, c: wrong })} ${faultOf(cells[wrong])}`;
    if (fault === undefined && values.every((value) => value.trim() === '')) continue;
    yield { line: index + 1, values, ...(fault !== undefined && { fault }) };
  }
}

/** Why a cell has no value, although it is not empty. */
function faultOf(cell: CellObject | undefined): string | undefined {
  if (cell?.t === 'e') return `holds the error ${cell.w ?? cell.v}`;
  if (cell?.t === 'z' && cell.f !== undefined)
    return 'has a formula without a result. Open the file in Excel and save it';
  return undefined;
}

function textOf(
  cell: CellObject | undefined,
  decimal: '.' | ',',
  isDate: (cell: CellObject) => boolean,
  daysBefore: number,
): string {
  if (!cell || cell.v === undefined || faultOf(cell) !== undefined) return '';
  if (typeof cell.v === 'number') {
    if (isDate(cell)) return serialDateToText(cell.v + daysBefore);
    return new Decimal(cell.v).toSignificantDigits(digitsOfExcel).toFixed().replace('.', decimal);
  }
  if (typeof cell.v === 'boolean') return cell.v ? 'TRUE' : 'FALSE';
  return cell.t === 'z' ? '' : String(cell.v).replaceAll(/\r\n?/g, '\n');
}
