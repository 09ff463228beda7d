import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CellObject, utils, type WorkBook, write } from '@e965/xlsx';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { vehicles } from '../kinds/vehicles.ts';
import { readMapping } from '../mapping.ts';
import { type ReadRow, readFile } from '../read-file.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'freight-sheet-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const base = {
  city: 'Austin',
  region: 'TX',
  country: 'US',
  latitude: '30.2672',
  longitude: '-97.7431',
  timeZone: 'America/Chicago',
};
const fields = {
  sourceReference: { column: 'Unit' },
  plate: { column: 'Plate' },
  make: { column: 'Bought', values: { '2025-03-01': 'A day', '2025-03-05T18:00:00': 'A time' } },
  modelYear: { column: 'Year' },
  equipment: { constant: 'DRY_VAN' },
  maxWeightKg: { column: 'Payload' },
  maxVolumeM3: { column: 'Volume' },
  homeBase: Object.fromEntries(Object.entries(base).map(([name, constant]) => [name, { constant }])),
};
const day: CellObject = { t: 'n', v: 45_717, z: 'm/d/yy' };
const time: CellObject = { t: 'n', v: 45_721.75, z: 'yyyy-mm-dd hh:mm' };
type Cell = string | number | boolean | CellObject | null;
const header = ['Unit', 'Plate', 'Bought', 'Year', 'Payload', 'Volume', null];

/** A workbook with an empty first sheet row and the given rows below it. */
function workbookOf(rows: readonly (readonly Cell[])[]): WorkBook {
  const sheet = utils.aoa_to_sheet([[], ...rows.map((row) => [...row])]);
  const workbook = utils.book_new(sheet, 'Fleet');
  utils.book_append_sheet(workbook, utils.aoa_to_sheet([['other']]), 'Notes');
  return workbook;
}

async function read(workbook: WorkBook, settings: object = {}, name = 'fleet.xlsx') {
  const bytes = write(workbook, { type: 'buffer', bookType: name.endsWith('.xls') ? 'biff8' : 'xlsx' });
  return readBytes(bytes, settings, name);
}

async function readBytes(bytes: Buffer, settings: object = {}, name = 'fleet.xlsx') {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  const mappingPath = join(folder, 'mapping.json');
  writeFileSync(mappingPath, JSON.stringify({ source: 'S', fields, ...settings }));
  const rows: ReadRow[] = [];
  const file = await readFile(path, vehicles, readMapping(mappingPath, vehicles), () => undefined);
  for await (const row of file.rows) rows.push(row);
  return rows;
}

test('a workbook is read with its numbers, dates and lines', async () => {
  const rows = [
    header,
    [1, 'TX 1', day, 2022, 19_958.5, 0.1 + 0.2, null],
    [null, null, null, null, null, null, ' '],
    ['007', 'TX 2', time, { t: 'n', v: 2019, f: '2000+19' }, '1 200', 3, null],
  ] satisfies Cell[][];
  for (const decimal of ['.', ',', undefined]) {
    expect(await read(workbookOf(rows), { decimal })).toMatchObject([
      {
        line: 3,
        row: {
          sourceReference: '1',
          input: { make: 'A day', modelYear: 2022, maxWeightKg: 19_958.5, maxVolumeM3: 0.3 },
        },
      },
      { line: 5, row: { sourceReference: '007', input: { make: 'A time', modelYear: 2019, maxWeightKg: 1_200 } } },
    ]);
  }
});

test('cells that Excel does not store because they are empty are cells of their row', async () => {
  const optional = { ...fields, homeBase: { ...fields.homeBase, hubCode: { column: 'Hub' } } };
  const rows = [
    [...header.slice(0, 6), 'Hub'],
    [1, 'TX 1', day, 2022, 1, 1],
    [2, 'TX 2', day, 2022],
    [3, 'TX 3', day, 2022, 1, 1, 'AUS'],
  ] satisfies Cell[][];
  expect(await read(workbookOf(rows), { fields: optional })).toMatchObject([
    { line: 3, row: { input: { homeBase: { hubCode: null } } } },
    { line: 4, refusal: { field: 'maxWeightKg' } },
    { line: 5, row: { input: { homeBase: { hubCode: 'AUS' } } } },
  ]);
});

test('days are counted from 1904 in workbooks that say so', async () => {
  const workbook = workbookOf([header, [1, 'TX 1', { ...day, v: 45_717 - 1_462 }, 2022, 1, 1]]);
  workbook.Workbook = { WBProps: { date1904: true } };
  expect(await read(workbook)).toMatchObject([{ row: { input: { make: 'A day' } } }]);
});

test('an error and a formula without a result refuse their rows, as do texts of other numbers', async () => {
  const good = [1, 'TX 1', day, 2022, 1, 1] satisfies Cell[];
  const rows = await read(
    workbookOf([
      header,
      [...good.slice(0, 5), { t: 'e', v: 42, w: '#N/A' }],
      [...good.slice(0, 5), { t: 'z', f: 'A1*2' }],
      [...good.slice(0, 5), '1,5'],
      [...good.slice(0, 5), true],
      good,
    ]),
  );
  expect(rows.map((row) => ('refusal' in row ? [row.line, row.refusal.code, row.refusal.message] : row.line))).toEqual([
    [3, 'MALFORMED', 'The cell F3 holds the error #N/A. Correct it.'],
    [4, 'MALFORMED', 'The cell F4 has a formula without a result. Open the file in Excel and save it.'],
    [5, 'UNMAPPED', expect.stringContaining('maxVolumeM3: "1,5" is not a number in m3')],
    [6, 'UNMAPPED', expect.stringContaining('maxVolumeM3: "TRUE" is not a number in m3')],
    7,
  ]);
});

test('the mapping names the sheet, and what is no workbook is refused as a whole', async () => {
  const workbook = workbookOf([header]);
  await expect(read(workbook, { sheet: 'Notes' })).rejects.toThrow(/FILE: The file lacks the columns Unit, /);
  await expect(read(workbook, { sheet: 'Trucks' })).rejects.toThrow(
    'no sheet "Trucks". Set "sheet" of the mapping to one of "Fleet", "Notes"',
  );
  await expect(read(workbook, {}, 'fleet.xls')).rejects.toThrow(
    'Open it in Excel and save it as .xlsx without a password',
  );
});

test('a damaged or empty workbook is refused in one line', async () => {
  const bytes: Buffer = write(workbookOf([header]), { type: 'buffer', bookType: 'xlsx' });
  for (const cut of [100, bytes.length / 2, bytes.length - 5]) {
    await expect(readBytes(bytes.subarray(0, cut))).rejects.toThrow(
      /^FILE: The workbook is damaged .+ save it as .xlsx/,
    );
  }
  await expect(read(utils.book_new(utils.aoa_to_sheet([]), 'Fleet'))).rejects.toThrow(
    'FILE: The sheet "Fleet" is empty.',
  );
});

test('a number is read with the unit or percent that its cell shows', async () => {
  const payloadOf = (v: number, z: string) => [1, 'TX 1', day, 2022, { t: 'n', v, z } satisfies CellObject, 1];
  const rows = await read(
    workbookOf([
      header,
      payloadOf(1.5, '#,##0.00 "lb"'),
      payloadOf(0.5, '0%'),
      payloadOf(1_234_567, '#,##0,'),
      payloadOf(5, ';;;'),
      payloadOf(1_200.5, '#,##0 "kg"'),
    ]),
  );
  expect(rows).toMatchObject([
    { line: 3, refusal: { message: expect.stringContaining('maxWeightKg: "1.5 lb" is not in kg') } },
    { line: 4, refusal: { message: expect.stringContaining('maxWeightKg: "50%" is not a number in kg') } },
    { line: 5, refusal: { message: expect.stringContaining('The cell E5 holds 1234567, which its number format') } },
    { line: 6, refusal: { code: 'MALFORMED' } },
    { line: 7, row: { input: { maxWeightKg: 1_200.5 } } },
  ]);
});

test('a date that Excel cannot show refuses its row', async () => {
  const rows = await read(workbookOf([header, [1, 'TX 1', { ...day, v: 2_958_466 }, 2022, 1, 1]]));
  expect(rows).toMatchObject([
    { refusal: { message: 'The cell C3 holds 2958466 as a date, which Excel cannot show. Correct it.' } },
  ]);
});
