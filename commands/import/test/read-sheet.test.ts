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
  const path = join(folder, name);
  writeFileSync(path, write(workbook, { type: 'buffer', bookType: name.endsWith('.xls') ? 'biff8' : 'xlsx' }));
  const mappingPath = join(folder, 'mapping.json');
  writeFileSync(mappingPath, JSON.stringify({ source: 'S', ...settings, fields }));
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
    [3, 'MALFORMED', 'the cell F3 holds the error #N/A'],
    [4, 'MALFORMED', 'the cell F4 has a formula without a result. Open the file in Excel and save it'],
    [5, 'UNMAPPED', expect.stringContaining('maxVolumeM3: a number is required; got "1,5"')],
    [6, 'UNMAPPED', expect.stringContaining('maxVolumeM3: a number is required; got "TRUE"')],
    7,
  ]);
});

test('the mapping names the sheet, and what is no workbook is refused as a whole', async () => {
  const workbook = workbookOf([header]);
  await expect(read(workbook, { sheet: 'Notes' })).rejects.toThrow(/FILE: the columns Unit, /);
  await expect(read(workbook, { sheet: 'Trucks' })).rejects.toThrow('the sheet "Trucks" is required; got Fleet, Notes');
  await expect(read(workbook, {}, 'fleet.xls')).rejects.toThrow('Save it as .xlsx without a password');
});
