import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { utils, write } from '@e965/xlsx';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { runs } from '#shared/test/random.ts';
import { dryRun } from '../dry-run.ts';
import { importFile } from '../import-file.ts';
import { type ImportKind, type ImportRow, type RowFields, refusalOf } from '../kinds/kind.ts';
import { readMapping } from '../mapping.ts';
import { exitCodeOf, summaryOf } from '../report.ts';
import type { ImportTotals, KeptCell } from '../totals.ts';
import { type Convention, conventions, type Written } from './written/cells.ts';
import { drivers } from './written/drivers.ts';
import type { WrittenKind, WrittenRow } from './written/kind.ts';
import { loads } from './written/loads.ts';
import { shipments } from './written/shipments.ts';
import { vehicles } from './written/vehicles.ts';

const now = new Date('2026-11-28T00:00:00Z');
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'freight-cells-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Writes a table as the programs of its convention do. */
function writeTable({ file, delimiter, isWorkbook }: Convention, table: readonly WrittenRow[]): string {
  const path = join(folder, file);
  const columns = Object.keys(table[0] ?? {});
  const rows = table.map((row) => columns.map((column) => row[column]!.cell));
  if (isWorkbook) {
    // Excel stores no empty cells.
    const filled = rows.map((cells) => cells.map((cell) => (cell === '' ? null : cell)));
    writeFileSync(
      path,
      write(utils.book_new(utils.aoa_to_sheet([columns, ...filled])), { type: 'buffer', bookType: 'xlsx' }),
    );
  } else {
    const quoted = (cell: unknown) => `"${String(cell).replaceAll('"', '""')}"`;
    writeFileSync(path, [columns, ...rows].map((cells) => `${cells.map(quoted).join(delimiter)}\n`).join(''));
  }
  return path;
}

/** What must become of a row: the row to send with the texts that are counted, or the fields of which one refuses it. */
type Outcome =
  | { readonly row: ImportRow; readonly kept: readonly KeptCell[] }
  | { readonly refusedBy: readonly string[] };

function outcomeOf<F extends RowFields>({ expected, fieldOf }: WrittenKind<F>, row: WrittenRow, line: number): Outcome {
  const cells = Object.entries(row);
  const refusing = cells.filter(([, { reads }]) => reads === 'REFUSED').map(([column]) => fieldOf[column] ?? column);
  if (refusing.length > 0) return { refusedBy: refusing };
  const noteOf = ({ reads }: Written<unknown>) => (typeof reads === 'object' && 'note' in reads ? reads : undefined);
  const notes = cells.flatMap(([column, cell]) => {
    const note = noteOf(cell);
    return note ? [{ column, ...note }] : [];
  });
  const sent = {
    line,
    ...expected(
      Object.fromEntries(cells.map(([column, { reads }]) => [column, Object(reads).value ?? null])),
      Object.fromEntries(notes.map(({ column, note }) => [column, note])),
    ),
  } as ImportRow; // `expected` gives the rest of it
  const counted = notes.filter(({ isCounted }) => isCounted);
  const { sourceReference } = sent;
  return {
    row: sent,
    kept: counted.map(({ column, note }) => ({ line, sourceReference, field: fieldOf[column] ?? column, value: note })),
  };
}

/** The line on which each row begins: cells of a delimited file may contain line breaks. */
function linesOf({ isWorkbook }: Convention, table: readonly WrittenRow[]): number[] {
  let line = 2;
  return table.map((row) => {
    const first = line;
    const breaks = Object.values(row).reduce((sum, { cell }) => sum + String(cell).split('\n').length - 1, 0);
    line += isWorkbook ? 1 : 1 + breaks;
    return first;
  });
}

interface Imported {
  readonly outcomes: readonly Outcome[];
  readonly lines: readonly number[];
  /** The rows that were sent, with their original cells. */
  readonly sent: readonly ImportRow[];
  readonly totals: ImportTotals;
  readonly dry: ImportTotals;
}

/** Imports a table into a graph that takes each row. */
async function importTable<F extends RowFields>(
  written: WrittenKind<F>,
  convention: Convention,
  table: readonly WrittenRow[],
): Promise<Imported> {
  const mappingPath = join(folder, 'mapping.json');
  writeFileSync(mappingPath, JSON.stringify({ source: 'S', ...convention.settings, fields: written.fields }));
  const mapping = readMapping(mappingPath, written.kind);
  const file = writeTable(convention, table);
  const sent: ImportRow[] = [];
  const send: ImportKind<F>['send'] = async (_sender, rows) => {
    sent.push(...rows);
    return { imported: rows.length, alreadyImported: 0, refused: [] };
  };
  const client = { send: () => Promise.reject(new Error('no request is expected')) };
  const totals = await importFile({ file, kind: { ...written.kind, send }, mapping, organizationId: '', client });
  const lines = linesOf(convention, table);
  return {
    outcomes: table.map((row, index) => outcomeOf(written, row, lines[index] ?? 0)),
    lines,
    sent,
    totals,
    dry: (await dryRun(file, written.kind, mapping, now)).totals,
  };
}

function expectEachCellToBeRead({ outcomes, lines, sent, totals }: Imported): void {
  const good = outcomes.filter((outcome) => 'row' in outcome);
  expect(sent.map(({ values: _original, ...row }) => row)).toEqual(good.map(({ row }) => row));
  const kept = good.flatMap((outcome) => outcome.kept);
  expect(totals).toMatchObject({ rows: outcomes.length, imported: good.length, alreadyImported: 0, kept });
  const refusedLines = lines.filter((_line, index) => 'refusedBy' in outcomes[index]!);
  expect(totals.refused.map(({ line }) => line)).toEqual(refusedLines);
  for (const { line, field } of totals.refused) {
    const outcome = outcomes[lines.indexOf(line)]!;
    expect('refusedBy' in outcome && outcome.refusedBy).toContain(field);
  }
}

/** A dry run counts each row once: as new, as a repetition, or as refused by a cell or by the graph's shape. */
function expectEachRowToBeCounted<F extends RowFields>(
  { kind }: WrittenKind<F>,
  { outcomes, sent, dry }: Imported,
): void {
  const shape = kind.shapeOf(now);
  const accepted = sent.filter((row) => refusalOf(shape, kind.inputOf(row), row) === undefined);
  const first = new Map(accepted.toReversed().map((row) => [row.sourceReference, row.line]));
  const imported = accepted.filter(({ sourceReference, line }) => first.get(sourceReference) === line);
  const kept = outcomes
    .flatMap((outcome) => ('row' in outcome ? outcome.kept : []))
    .filter(({ line }) => accepted.some((row) => row.line === line));
  const [repeated, refused] = [accepted.length - imported.length, outcomes.length - accepted.length];
  expect(dry).toMatchObject({ rows: outcomes.length, imported: imported.length, alreadyImported: repeated, kept });
  expect(dry.refused).toHaveLength(refused);
  const summary = summaryOf(dry, { kind: 'shipments', dryRun: true, report: 'report.csv' });
  expect(summary).toContain(
    `${outcomes.length} rows: ${imported.length} can be imported, ${repeated} repeat another row, ${refused} refused.`,
  );
  if (kept.length > 0) expect(summary).toContain(`kept as text: ${kept.length} (`);
  const afterKept = kept.length > 0 ? 3 : 0;
  expect(exitCodeOf(dry)).toBe(refused > 0 ? 2 : afterKept);
}

/** Tables in which no two rows have the same key, but for one row that may be there twice. */
function tablesOf<F extends RowFields>({ rows }: WrittenKind<F>) {
  return fc.constantFrom(...conventions).chain((convention) => {
    const distinct = fc.uniqueArray(rows(convention), {
      minLength: 1,
      maxLength: 6,
      selector: (row) => JSON.stringify(Object.values(row)[0]?.reads),
    });
    const table = fc
      .tuple(distinct, fc.boolean())
      .map(([list, isTwice]) => [...list, ...list.slice(0, isTwice ? 1 : 0)]);
    return fc.record({ convention: fc.constant(convention), table });
  });
}

async function checkRandomTables<F extends RowFields>(written: WrittenKind<F>): Promise<void> {
  let [sent, refused] = [0, 0];
  await fc.assert(
    fc.asyncProperty(tablesOf(written), async ({ convention, table }) => {
      const imported = await importTable(written, convention, table);
      expectEachCellToBeRead(imported);
      expectEachRowToBeCounted(written, imported);
      sent += imported.sent.length;
      refused += imported.totals.refused.length;
    }),
    { numRuns: runs(40) },
  );
  expect(Math.min(sent, refused)).toBeGreaterThan(20);
}

describe('every cell of a random table is read as it was meant, refuses its row, or is counted', () => {
  test('in shipments', () => checkRandomTables(shipments));
  test('in loads', () => checkRandomTables(loads));
  test('in drivers', () => checkRandomTables(drivers));
  test('in vehicles', () => checkRandomTables(vehicles));
});
