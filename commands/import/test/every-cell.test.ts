import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { z } from 'zod';
import { toCsv } from '../csv-text.ts';
import { shipments } from '../kinds/shipments.ts';
import { readMapping } from '../mapping.ts';
import { type ReadRow, readFile } from '../read-file.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'freight-cells-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const columns = [
  'ID',
  'Ordered',
  'Delivered',
  'Country',
  'City',
  'Goods',
  'Qty',
  'Weight',
  'Volume',
  'Value',
  'Cost',
  'Cur',
  'Mode',
  'PO',
];
type Cells = Readonly<Record<string, string>>;
const date = { formats: ['iso'] };
const fields = {
  sourceReference: { column: 'ID' },
  reference: { template: 'R-{ID}' },
  customerReference: { column: 'PO' },
  createdAt: { column: 'Ordered', ...date },
  deliveredAt: { column: 'Delivered', ...date },
  destination: { country: { column: 'Country' }, city: { column: 'City' } },
  mode: { column: 'Mode' },
  item: {
    description: { column: 'Goods' },
    commodity: { constant: 'General' },
    quantity: { column: 'Qty' },
    weightKg: { column: 'Weight', notes: ['see *'] },
    volumeM3: { column: 'Volume' },
    value: { column: 'Value', currency: 'USD' },
  },
  freightCost: { column: 'Cost', currency: { column: 'Cur' } },
};

/** A text with its value, or one that is none. */
const number = fc.oneof(
  fc.constantFrom(
    '',
    '5',
    '1,200.50',
    '1 200',
    '(3)',
    '.5',
    '1.200,5',
    '1e3',
    'n/a',
    'see list',
    '-',
    '$4',
    '12 kg',
    '∞',
    '٣',
  ),
  fc.string({ maxLength: 8 }),
  fc.double({ noNaN: true, min: -1e6, max: 1e6 }).map(String),
);
/** Mostly good, so that many rows pass. */
const mostly = <T>(good: T, other: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 5, arbitrary: fc.constant(good) }, { weight: 1, arbitrary: other });
const otherDay = fc.constantFrom('2025-03-01', '2025-03-05', '45717', 'soon', '', '2025-02-30');
const word = fc.oneof(fc.constantFrom('', 'x', '=1+1', 'a\nb', '"', ' '), fc.string({ maxLength: 5 }));
const row = fc.record({
  ID: mostly('7', word),
  Ordered: mostly('2025-03-01', otherDay),
  Delivered: mostly('2025-03-05', otherDay),
  Country: mostly('Germany', fc.constantFrom('DE', 'UK', 'Atlantis', '')),
  City: word,
  Goods: mostly('Bolts', word),
  Qty: mostly('1', number),
  Weight: number,
  Volume: mostly('', number),
  Value: mostly('12', number),
  Cost: number,
  Cur: mostly('USD', fc.constantFrom('jpy', 'XYZ', '')),
  Mode: mostly('TRUCK', fc.constantFrom('Rail', '')),
  PO: word,
});

/** The parts of a mapped row that take their text from cells. */
const shape = z.object({
  item: z.object({ weightKg: z.number().nullable(), volumeM3: z.number().nullable(), value: z.object({}).nullable() }),
  destination: z.object({ city: z.string().nullable() }).nullable(),
  customerReference: z.string().nullable(),
  mode: z.string().nullable(),
  freightCost: z.object({}).nullable(),
  freightCostNote: z.string().nullable(),
  weightNote: z.string().nullable(),
});

/** The columns of mapped cells that are neither in the row to send nor counted. */
function lostCells(cells: Cells, result: ReadRow | undefined): string[] {
  if (!result || 'refusal' in result) return [];
  const { item, destination, customerReference, mode, freightCost, freightCostNote, weightNote } = shape.parse(
    result.row,
  );
  const counted = new Map(result.keptTexts.map(({ field, value }) => [field, value]));
  const isNoted = (field: string, note: string | null) =>
    note !== null && (counted.get(field) === note || (field === 'item.weightKg' && note.startsWith('see ')));
  const values: Record<string, boolean> = {
    Weight: item.weightKg !== null || isNoted('item.weightKg', weightNote),
    Cost: freightCost !== null || isNoted('freightCost', freightCostNote),
    Volume: item.volumeM3 !== null,
    Value: item.value !== null,
    City: destination?.city === (cells['City'] ?? '').normalize('NFC').trim(),
    PO: customerReference === (cells['PO'] ?? '').normalize('NFC').trim(),
    Country: destination !== null,
    Mode: mode !== null,
  };
  return Object.entries(values).flatMap(([column, isKept]) =>
    isKept || (cells[column] ?? '').trim() === '' ? [] : [column],
  );
}

test('every mapped cell of a random table is read, refuses its row, or is counted', async () => {
  const path = join(folder, 'in.csv');
  const mappingPath = join(folder, 'mapping.json');
  writeFileSync(mappingPath, JSON.stringify({ source: 'S', fields }));
  const mapping = readMapping(mappingPath, shipments);
  let sent = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(row, { maxLength: 12 }), async (table) => {
      const rows = table.map((cells: Cells) => columns.map((column) => cells[column] ?? ''));
      writeFileSync(path, toCsv([columns, ...rows]));
      // The writer puts an apostrophe before what a spreadsheet would run.
      const written = rows.map((cells) => cells.map((cell) => (/^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell)));
      const results: ReadRow[] = [];
      for await (const result of (await readFile(path, shipments, mapping, () => undefined)).rows) results.push(result);
      const filled = written.filter((cells) => cells.some((cell) => cell.trim() !== ''));
      expect(results).toHaveLength(filled.length);
      for (const [index, cells] of filled.entries()) {
        const named = Object.fromEntries(columns.map((column, place) => [column, cells[place] ?? '']));
        expect({ cells, lost: lostCells(named, results[index]) }).toEqual({ cells, lost: [] });
      }
      sent += results.filter((result) => 'row' in result).length;
    }),
    { seed: 9, numRuns: 300 },
  );
  expect(sent).toBeGreaterThan(50);
});
