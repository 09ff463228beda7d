import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { shipments } from '../kinds/shipments.ts';
import { readMapping } from '../mapping.ts';
import { type ReadRow, readFile } from '../read-file.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'freight-read-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const formats = ['iso', 'd.M.yyyy', 'd-MMM-yy'];
const fields = {
  sourceReference: { column: 'ID' },
  reference: { template: 'R-{ID}' },
  createdAt: { column: 'Ordered', formats },
  deliveredAt: { column: 'Delivered', formats },
  destination: { country: { column: 'Country' }, city: { column: 'City' } },
  item: {
    description: { column: 'Goods' },
    commodity: { constant: 'General' },
    quantity: { column: 'Qty' },
    weightKg: { column: 'Weight' },
    value: { column: 'Value', currency: 'USD' },
  },
  freightCost: { column: 'Freight', currency: 'USD' },
};
const header = 'ID,Ordered,Delivered,Country,City,Goods,Qty,Weight,Value,Freight';
const start = '2025-03-01,2025-03-05,DE,Ulm';

/** What a mapping makes of the rows of a file, as [line, row or message of the refusal, kept texts]. */
async function read(text: string | Buffer, { settings = {}, more = {}, name = 'in.csv' } = {}) {
  const path = join(folder, name);
  writeFileSync(path, text);
  const mappingPath = join(folder, 'mapping.json');
  writeFileSync(mappingPath, JSON.stringify({ source: 'S', ...settings, fields: { ...fields, ...more } }));
  const file = await readFile(path, shipments, readMapping(mappingPath, shipments), () => undefined);
  const rows: ReadRow[] = [];
  for await (const row of file.rows) rows.push(row);
  return { ...file, rows };
}
const lines = (...rows: string[]) => `${[header, ...rows].join('\n')}\n`;
/** The message of each refusal by its line. */
const refusalsOf = (rows: readonly ReadRow[]) =>
  rows.flatMap((row) => ('refusal' in row ? [[row.line, row.refusal.message]] : []));

describe('the numbers of a file', () => {
  const german = 'ID;Ordered;Delivered;Country;City;Goods;Qty;Weight;Value;Freight\n';

  test('a file with semicolons is read with its decimal commas', async () => {
    const { rows } = await read(`${german}1;1.3.2025;5.3.2025;DE;Köln;Bolts;10;1.200,5;999,99;100,00\n`, {
      settings: { delimiter: ';' },
    });
    expect(rows).toMatchObject([
      {
        line: 2,
        row: {
          createdAt: new Date('2025-03-01T00:00:00.000Z'),
          item: { quantity: 10, weightKg: 1200.5, value: { amount: '999.99', currency: 'USD' } },
          freightCost: { amount: '100.00', currency: 'USD' },
        },
      },
    ]);
  });

  test('a number that could be two is refused until the mapping says which separator is the decimal one', async () => {
    const text = `${german}1;1.3.2025;5.3.2025;DE;Köln;Bolts;10;1.200;1;1\n`;
    const unstated = await read(text, { settings: { delimiter: ';' } });
    expect(refusalsOf(unstated.rows)).toEqual([[2, expect.stringContaining('"1.200" can be two numbers')]]);
    const comma = await read(text, { settings: { delimiter: ';', decimal: ',' } });
    expect(comma.rows).toMatchObject([{ row: { item: { weightKg: 1200 } } }]);
    const point = await read(text, { settings: { delimiter: ';', decimal: '.' } });
    expect(point.rows).toMatchObject([{ row: { item: { weightKg: 1.2 } } }]);
  });

  test('a number in another format refuses its row, also where a text may stand', async () => {
    const { rows } = await read(
      lines(
        `1,${start},x,"1,000","12,000.50","1,234,567.89",$12.00`,
        `2,${start},x,1,"1,5",1,1`,
        `3,${start},x,1,1,"2,50",1`,
        `4,${start},x,1,1,1,"3,75"`,
        `5,${start},x,1,1e3,1,1`,
        `6,${start},x,1,1,1,€5`,
        `7,${start},x,1,1,n/a,1`,
        `8,${start},x,abc,1,1,1`,
      ),
    );
    expect(rows[0]).toMatchObject({
      row: {
        item: { quantity: 1000, weightKg: 12000.5, value: { amount: '1234567.89' } },
        freightCost: { amount: '12.00' },
      },
    });
    expect(refusalsOf(rows)).toEqual([
      [3, expect.stringContaining('item.weightKg: "1,5" is not a number in kg')],
      [4, expect.stringContaining('item.value: "2,50" is not an amount in USD')],
      [5, expect.stringContaining('freightCost: "3,75" is not an amount in USD')],
      [6, expect.stringContaining('item.weightKg: "1e3" is not a number in kg')],
      [7, expect.stringContaining('freightCost: "€5" is not an amount in USD')],
      [8, expect.stringContaining('item.value: "n/a" is not an amount in USD')],
      [9, expect.stringContaining('item.quantity: "abc" is not a whole number')],
    ]);
  });

  test('a text in place of a weight or cost is kept and counted, unless the mapping expects it', async () => {
    const text = lines(`1,${start},x,1,n/a,1,see invoice 4`, `2,${start},x,1,See DN-304 (ID#:10589),1,tbd`);
    const { rows } = await read(text, {
      more: { freightCost: { column: 'Freight', currency: 'USD', notes: ['see invoice *'] } },
    });
    expect(rows).toMatchObject([
      {
        row: { weightNote: 'n/a', freightCostNote: 'see invoice 4' },
        keptTexts: [{ field: 'item.weightKg', value: 'n/a' }],
      },
      {
        row: { weightNote: 'See DN-304 (ID#:10589)', freightCostNote: 'tbd' },
        keptTexts: [{ field: 'item.weightKg' }, { field: 'freightCost', value: 'tbd' }],
      },
    ]);
  });

  test('each row may name its currency and its unit', async () => {
    const { rows } = await read(
      `${header},Unit,Currency\n${[
        `1,${start},x,1,100,1,5,lb,eur`,
        `2,${start},x,1,2,1,5,Tonnes,`,
        `3,${start},x,1,2,1,5,tons,USD`,
        `4,${start},x,1,2,1,,,USD`,
        `5,${start},x,1,,1,,,`,
      ].join('\n')}\n`,
      {
        more: {
          item: { ...fields.item, weightKg: { column: 'Weight', unit: { column: 'Unit' } } },
          freightCost: { column: 'Freight', currency: { column: 'Currency' } },
        },
      },
    );
    expect(rows[0]).toMatchObject({
      row: { item: { weightKg: 45.359237 }, freightCost: { amount: '5', currency: 'EUR' } },
    });
    expect(rows[4]).toMatchObject({ row: { item: { weightKg: null }, freightCost: null } });
    expect(refusalsOf(rows)).toEqual([
      [3, 'freightCost.currency: The row has no currency. Fill the cell.'],
      [4, expect.stringContaining('item.weightKg.unit: "tons" is not one of kg, ')],
      [5, 'item.weightKg.unit: The row has no unit. Fill the cell.'],
    ]);
  });
});

describe('the digits, units and dates of a file', () => {
  test('a first group of zeros is no thousands', async () => {
    const { rows } = await read(lines(`1,${start},x,1,"0,500",1,1`, `2,${start},x,1,1,"00,500",1`));
    expect(refusalsOf(rows)).toEqual([
      [2, expect.stringContaining('item.weightKg: "0,500" is not')],
      [3, expect.stringContaining('item.value: "00,500" is not')],
    ]);
    const semicolons = lines(`1,${start},x,1,0.123,1,1`).replaceAll(',', ';');
    const { rows: read123 } = await read(semicolons, { settings: { delimiter: ';' } });
    expect(read123).toMatchObject([{ row: { item: { weightKg: 0.123 } } }]);
  });

  test('digits of another script are read in each field of numbers, and other numerals refuse their row', async () => {
    const { rows } = await read(
      lines(`1,${start},x,３,１２３.５,٣٤,१२`, `2,${start},x,1,½,1,1`, `3,${start},x,1,1,1,Ⅳ`, `4,${start},x,②,1,1,1`),
    );
    expect(rows[0]).toMatchObject({
      row: { item: { quantity: 3, weightKg: 123.5, value: { amount: '34' } }, freightCost: { amount: '12' } },
    });
    expect(refusalsOf(rows).map(([line]) => line)).toEqual([3, 4, 5]);
  });

  test('a number may name the unit of its field, and one in another unit is refused', async () => {
    const item = { ...fields.item, weightKg: { column: 'Weight', unit: 'lb' } };
    const { rows } = await read(
      lines(`1,${start},x,1,-5 lbs,1,1`, `2,${start},x,1,10 LB,1,1`, `3,${start},x,1,5 kg,1,1`),
      {
        more: { item },
      },
    );
    expect(rows).toMatchObject([
      { row: { item: { weightKg: -2.267962 } } },
      { row: { item: { weightKg: 4.535924 } } },
      { refusal: { message: expect.stringContaining('"5 kg" is not in lb. Correct it, or set "unit"') } },
    ]);
  });

  test('an implausible year refuses its row', async () => {
    const days = ['1.3.0099', '0099-03-01', '1.3.1025', '9999-12-31'];
    const { rows } = await read(lines(...days.map((day) => `1,${day},2025-03-05,DE,Ulm,x,1,1,1,1`)));
    expect(refusalsOf(rows)).toEqual(
      days.map((day, index) => [index + 2, `createdAt: "${day}" is in a year before 1900 or after 2100. Correct it.`]),
    );
  });
});

describe('the shapes of a file', () => {
  const good = `1,${start},x,1,1,1,1`;

  test('empty cells behind the last column are ignored, a value without a name is not', async () => {
    const { rows, columns } = await read(
      `${header},,,\n${good},,,\n${good},,\n${good}\n${good},,extra,\n${good},,,,,\n1,2025-03-01\n`,
    );
    expect(columns).toHaveLength(10);
    expect(refusalsOf(rows)).toEqual([
      [5, 'The row has 13 cells, the header 10. Give one cell per column.'],
      [7, 'The row has 2 cells, the header 10. Give one cell per column.'],
    ]);
    expect(rows).toMatchObject([{}, {}, {}, {}, { row: { values: good.split(',') } }, {}]);
  });

  test('rows of blanks or commas only are no rows', async () => {
    const { rows } = await read(
      `${header}\n\n \n  1 , 2025-03-01 ,2025-03-05, DE , Ulm , x , 10 , 1 , 1 , 1 \n,,,,,,,,,\n , ,\n${good}\n\n`,
    );
    expect(rows.map(({ line }) => line)).toEqual([4, 7]);
    expect(refusalsOf(rows)).toEqual([]);
  });

  test('a row with fewer or more cells than the header is refused, and the others are read', async () => {
    const { rows } = await read(lines('1,2025-03-01,2025-03-05', `${good},more`, good));
    expect(rows).toMatchObject([
      { line: 2, refusal: { sourceReference: '1', code: 'UNMAPPED' } },
      { line: 3, refusal: { sourceReference: '1', code: 'UNMAPPED' } },
      { line: 4, row: { sourceReference: '1' } },
    ]);
    expect(refusalsOf(rows)).toEqual([
      [2, 'The row has 3 cells, the header 10. Give one cell per column.'],
      [3, 'The row has 11 cells, the header 10. Give one cell per column.'],
    ]);
  });

  test('a header without rows is a file without rows', async () => {
    for (const text of [header, `${header}\n`, `\ufeff${header}\r\n\r\n`, `sep=,\n${header}\n,,,,,,,,,\n`]) {
      expect((await read(text)).rows).toEqual([]);
    }
  });

  test.each(['', '"'])(
    'a row of more than a megabyte is refused, and the rows after it are read (in quotes: %s)',
    async (quote) => {
      const huge = `${quote}${'x'.repeat(1_100_000)}${quote}`;
      const { rows } = await read(lines(good, `2,${start},${huge},1,1,1,1`, `3,${start},x,1,1,1,1`));
      expect(rows).toMatchObject([
        { line: 2, row: {} },
        { line: 3, refusal: { code: 'MALFORMED' } },
        { line: 4, row: {} },
      ]);
    },
  );

  test('a column that is there twice is refused by its name', async () => {
    await expect(read(`${header},ID,Value\n${good},77,5\n`)).rejects.toThrow('FILE: The column "ID" is there twice');
  });

  test("Excel's sep= line names the delimiter", async () => {
    const text = `sep=;\r\n${header.replaceAll(',', ';')}\r\n${good.replaceAll(',', ';')}\r\n`;
    for (const encoded of [text, `\ufeff${text}`, Buffer.from(`\ufeff${text}`, 'utf16le')]) {
      expect((await read(encoded)).rows).toMatchObject([{ line: 3, row: { sourceReference: '1' } }]);
    }
  });

  test('a serial date of Excel is named, and read where the mapping expects it', async () => {
    const text = lines('1,45717,45721.75,DE,Ulm,x,1,1,1,1');
    expect(refusalsOf((await read(text)).rows)).toEqual([[2, expect.stringContaining('but a serial date of Excel')]]);
    const serial = { formats: ['iso', 'excel'] };
    const { rows } = await read(text, {
      more: { createdAt: { column: 'Ordered', ...serial }, deliveredAt: { column: 'Delivered', ...serial } },
    });
    expect(rows).toMatchObject([
      { row: { createdAt: new Date('2025-03-01T00:00:00.000Z'), deliveredAt: new Date('2025-03-05T18:00:00.000Z') } },
    ]);
  });

  test('a stray quote refuses its own row only, under its own key', async () => {
    const quoted = `2,${start},"q"z,1,1,1,1`;
    const { rows } = await read(lines(good, quoted, `3,${start},ok,1,1,1,1`, `4,${start},"a ""b""\nc",1,1,1,1`));
    expect(rows).toMatchObject([
      { line: 2, row: { sourceReference: '1' } },
      {
        line: 3,
        refusal: { code: 'MALFORMED', sourceReference: '2', message: expect.stringContaining('A quote (")') },
      },
      { line: 4, row: { sourceReference: '3' } },
      { line: 5, row: { sourceReference: '4', item: { description: 'a "b"\nc' } } },
    ]);
  });

  test.each([
    ['never', `DE,Ulm,b`, {}],
    ['in another column', `DE,b",x`, { refusal: { code: 'MALFORMED', sourceReference: '3' } }],
    ['by a quoted cell', `DE,Ulm,"b"`, {}],
  ])('a quote that opens a cell and is closed %s costs no other row', async (_where, cells, last) => {
    const { rows } = await read(
      lines(`1,${start},"a,1,1,1,1`, `2,${start},x,1,1,1,1`, `3,2025-03-01,2025-03-05,${cells},1,1,1,1`),
    );
    expect(rows).toMatchObject([
      { line: 2, refusal: { code: 'MALFORMED', sourceReference: '1' } },
      { line: 3, row: { sourceReference: '2' } },
      { line: 4, ...last },
    ]);
  });

  test('a row that is too long is refused, and the next one read', async () => {
    const { rows } = await read(lines(`1,${start},${'x'.repeat(2 ** 21)},1,1,1,1`, good));
    expect(rows).toMatchObject([
      { line: 2, refusal: { code: 'MALFORMED' } },
      { line: 3, row: {} },
    ]);
  });

  test('an empty file and text that is named a workbook are refused as a whole', async () => {
    await expect(read('')).rejects.toThrow('FILE: The file is empty.');
    await expect(read(lines(good), { name: 'in.xlsx' })).rejects.toThrow(
      'named .xlsx but is no workbook. If it is CSV',
    );
    await expect(read('<html></html>', { name: 'in.XLS' })).rejects.toThrow('named .xls but is no workbook');
  });

  test('a key that Excel wrote as a formula keeps its zeros', async () => {
    const { rows } = await read(lines(`"=""007""",${start},"=HYPERLINK(""http://x"")",1,1,1,1`));
    expect(rows).toMatchObject([{ row: { sourceReference: '007', item: { description: '=HYPERLINK("http://x")' } } }]);
  });

  test('texts of any encoding are read, and their lines are counted as an editor counts them', async () => {
    const row = `2,2025-03-01,2025-03-05,DE,München,"a\nb\n\nc",1,1,1,1`;
    for (const lineBreak of ['\n', '\r\n', '\r']) {
      const text = lines(row, `3,bad,2025-03-05,DE,Ulm,x,1,1,1,1`).replaceAll('\n', lineBreak);
      const euro = Buffer.from(text.replace('München', 'M\x80'), 'latin1');
      const encodings: [Buffer, object][] = [
        [Buffer.from(text), {}],
        [Buffer.from(`\ufeff${text}`), { encoding: 'latin1' }],
        [Buffer.from(text, 'latin1'), { encoding: 'latin1' }],
        [Buffer.from(`\ufeff${text}`, 'utf16le'), {}],
        [Buffer.from(`\ufeff${text}`, 'utf16le').swap16(), {}],
      ];
      for (const [bytes, settings] of encodings) {
        const { rows } = await read(bytes, { settings });
        expect(rows).toMatchObject([{ line: 2, row: { destination: { city: 'München' } } }, { line: 6 }]);
        expect(refusalsOf(rows)).toEqual([[6, expect.stringContaining('createdAt')]]);
      }
      const { rows } = await read(euro, { settings: { encoding: 'latin1' } });
      expect(rows).toMatchObject([{ row: { destination: { city: 'M€' } } }, {}]);
    }
  });

  test('letters of the mapping and of the file are the same in each normal form', async () => {
    const text = lines(`1,${start},x,1,1,1,1`).replace('Goods', 'Gu\u0308ter').replace('Ulm', 'Mu\u0308nchen');
    const { rows } = await read(text, {
      more: { item: { ...fields.item, description: { column: 'Güter', values: { x: 'y' } } } },
    });
    expect(rows).toMatchObject([{ row: { destination: { city: 'München' }, item: { description: 'y' } } }]);
  });
});

describe('the meaning of cells', () => {
  test('a country is known by its code or name, and a city is not lost without one', async () => {
    const { rows } = await read(
      lines(
        '1,2025-03-01,2025-03-05,Germany,Ulm,x,1,1,1,1',
        '2,2025-03-01,2025-03-05,de,Ulm,x,1,1,1,1',
        '3,2025-03-01,2025-03-05,UK,London,x,1,1,1,1',
        '4,2025-03-01,2025-03-05,,London,x,1,1,1,1',
        '5,2025-03-01,2025-03-05,ZZ,London,x,1,1,1,1',
        '6,2025-03-01,2025-03-05,,,x,1,1,1,1',
      ),
    );
    const countries = rows.map((row) => 'row' in row && row.row['destination']);
    expect(countries).toMatchObject([{ country: 'DE' }, { country: 'DE' }, { country: 'GB' }, false, false, {}]);
    expect(countries[5]).toBeNull();
    expect(refusalsOf(rows)).toEqual([
      [5, expect.stringContaining('destination.country: The place "London" has no country')],
      [6, expect.stringContaining('"ZZ" is not the code')],
    ]);
  });

  test('each of several dates must be one, or be translated', async () => {
    const createdAt = { columns: ['Ordered', 'Goods'], formats: ['iso'], pick: 'earliest' };
    const text = lines(`1,${start},2025-02-01,1,1,1,1`, `2,${start},soon,1,1,1,1`);
    const { rows } = await read(text, { more: { createdAt } });
    expect(rows[0]).toMatchObject({ row: { createdAt: new Date('2025-02-01T00:00:00.000Z') } });
    expect(refusalsOf(rows)).toEqual([
      [3, expect.stringContaining('createdAt: "soon" is not a date in the format iso')],
    ]);
    const translated = await read(text, { more: { createdAt: { ...createdAt, values: { soon: null } } } });
    expect(refusalsOf(translated.rows)).toEqual([]);
  });
});
