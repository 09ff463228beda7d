import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { describeDryRun, dryRun } from '../dry-run.ts';
import { shipments } from '../kinds/shipments.ts';
import { readMapping } from '../mapping.ts';
import { exitCodeOf, summaryOf } from '../report.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'freight-dry-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const samples = join(import.meta.dirname, '../samples');
const mapping = readMapping(join(samples, 'mapping.json'), shipments);
const now = new Date('2026-11-28T00:00:00Z');

test('a dry run counts rows that repeat another, and refuses those whose key another row has with other values', async () => {
  const [header = '', row = ''] = readFileSync(join(samples, 'shipments.csv'), 'utf8').split('\n');
  const file = join(folder, 'twice.csv');
  writeFileSync(
    file,
    [`${header},Driver`, `${row},Bo`, `${row},Bo`, `${row},Eve`, `${row.replace('120', 'x')},Bo`].join('\n'),
  );
  const result = await dryRun(file, shipments, mapping, now);
  expect(result).toMatchObject({
    totals: {
      rows: 4,
      imported: 1,
      alreadyImported: 1,
      refused: [
        { line: 4, code: 'CHANGED', message: expect.stringContaining('twice in the file, first in line 2') },
        { line: 5, code: 'UNMAPPED', field: 'item.quantity' },
      ],
    },
    unusedColumns: ['Driver'],
  });
  const shown = describeDryRun(result).split('\n');
  expect(shown.slice(0, 4)).toEqual([
    'Line 2 becomes:',
    '  sourceReference: "K-1001"',
    '  reference: "KONTOR-K-1001"',
    '  createdAt: 2024-03-01T00:00:00.000Z',
  ]);
  expect(shown).toContain('  item.value.amount: "8400.00"');
  expect(shown.at(-1)).toBe('Columns that no field uses: Driver.');
});

test('a dry run shows the text of a cell that the graph would refuse, and keys that are the same in two normal forms', async () => {
  const [header = '', row = ''] = readFileSync(join(samples, 'shipments.csv'), 'utf8').split('\n');
  const file = join(folder, 'forms.csv');
  const key = 'Zu\u0308rich';
  const [composed, decomposed] = [key.normalize('NFC'), key].map((each) => row.replace('K-1001', each));
  writeFileSync(file, [header, composed, decomposed, row.replace('8400.00', '"€8,400.005"')].join('\n'));
  const { totals } = await dryRun(file, shipments, mapping, now);
  expect(totals.refused).toMatchObject([
    {
      line: 3,
      code: 'CHANGED',
      message:
        'The row Zürich is twice in the file, first in line 2 with other values. Remove one, or give it another key.',
    },
    { line: 4, code: 'INVALID_INPUT', field: 'item.value', value: '€8,400.005' },
  ]);
});

test('control characters and texts that are too long refuse their rows, other letters do not', async () => {
  const [header = '', row = ''] = readFileSync(join(samples, 'shipments.csv'), 'utf8').split('\n');
  const goods = ['a\u0000b', '😀 عربي 中文', '\u0007bell', 'x'.repeat(501), 'y'.repeat(5_000), 'tab\there'];
  const rows = goods.map((text, index) => row.replaceAll('K-1001', `K-${index}`).replace('Bench vices', text));
  const file = join(folder, 'characters.csv');
  // The last row has a NUL in a column that no field uses.
  writeFileSync(file, [`${header},Driver`, ...rows.map((text) => `${text},Bo`), `${row},B\u0000`].join('\n'));
  const { totals } = await dryRun(file, shipments, mapping, now);
  expect(totals).toMatchObject({ rows: 7, imported: 2, kept: [] });
  expect(totals.refused.map(({ line, code, message }) => [line, code, message])).toEqual([
    [2, 'INVALID_INPUT', 'item.description: Must not contain control characters.'],
    [4, 'INVALID_INPUT', 'item.description: Must not contain control characters.'],
    [5, 'INVALID_INPUT', 'item.description: Must have at most 500 characters.'],
    [6, 'INVALID_INPUT', 'item.description: Must have at most 500 characters.'],
    [8, 'INVALID_INPUT', expect.stringContaining('without NUL')],
  ]);
});

test('a file with a header only has no rows, and is no failure', async () => {
  const [header = ''] = readFileSync(join(samples, 'shipments.csv'), 'utf8').split('\n');
  const file = join(folder, 'header.csv');
  writeFileSync(file, `${header}\n`);
  const { totals } = await dryRun(file, shipments, mapping, now);
  expect(totals).toEqual({ rows: 0, imported: 0, alreadyImported: 0, refused: [], kept: [] });
  expect(exitCodeOf(totals)).toBe(0);
  expect(summaryOf(totals, { kind: 'shipments', dryRun: false, report: 'report.csv' })).toBe(
    '0 rows: 0 imported, 0 imported before, 0 refused.',
  );
});
