import { expect, test } from '@jest/globals';
import { compareFigures } from '../analyze/baseline.ts';
import type { DatabaseFigures, StatementFigures } from '../analyze/database.ts';

const statement = (
  calls: number,
  totalMs: number,
  text = 'select name from driver where id = ?',
): StatementFigures => ({
  text,
  role: 'freight_fleet',
  calls,
  totalMs,
  meanMs: totalMs / calls,
  rowsPerCall: 1,
  pagesReadPerCall: 0,
});

const counted = (...statements: readonly StatementFigures[]): { readonly database: DatabaseFigures } => ({
  database: {
    countedSince: null,
    statements,
    unusedIndexes: [],
    scannedTables: [],
    bareForeignKeys: [],
    memoryHitRatio: 1,
  },
});

/** After 90 days, each with 10,000 calls of 1 ms. */
const first = compareFigures(undefined, '2026-11-01T10:00', counted(statement(900_000, 900_000))).baseline;

test('a statement that takes twice as long since the last analysis is worse by 100 %, after 90 quick days, too', () => {
  const { changes } = compareFigures(first, '2026-11-02T10:00', counted(statement(910_000, 920_000)));
  expect(changes).toEqual([
    {
      name: 'ms of freight_fleet: select name from driver where id = ?',
      since: '2026-11-01T10:00',
      before: 1,
      after: 2,
      percent: 100,
    },
  ]);
});

test('an interval is compared with the one before it', () => {
  const second = compareFigures(first, '2026-11-02T10:00', counted(statement(910_000, 920_000))).baseline;
  const third = compareFigures(second, '2026-11-03T10:00', counted(statement(920_000, 940_000)));
  expect(third).toMatchObject({ changes: [], waiting: 0 });
  const fourth = compareFigures(third.baseline, '2026-11-04T10:00', counted(statement(930_000, 950_000)));
  expect(fourth.changes).toMatchObject([{ before: 2, after: 1, percent: -50 }]);
});

test.each([
  ['minutes', '2026-11-01T10:03', statement(910_000, 920_000)],
  ['99 calls', '2026-11-02T10:00', statement(900_099, 902_000)],
  ['less than a second of work', '2026-11-02T10:00', statement(905_000, 900_900)],
])('%s are too little for a verdict: the figure waits until there is more', (_little, date, few) => {
  const early = compareFigures(first, date, counted(few));
  expect(early).toMatchObject({ changes: [], waiting: 1 });
  const later = compareFigures(early.baseline, '2026-11-03T10:00', counted(statement(920_000, 960_000)));
  expect(later).toMatchObject({ changes: [{ since: '2026-11-01T10:00', before: 1, after: 3 }], waiting: 0 });
});

test('after a reset of the statistics all that was counted since is new', () => {
  const { changes } = compareFigures(first, '2026-11-02T10:00', counted(statement(1_000, 4_000)));
  expect(changes).toMatchObject([{ before: 1, after: 4 }]);
});

test('statements with an equal beginning are different ones, and lists of another length are the same', () => {
  const long = `select ${'column_of_a_wide_table, '.repeat(20)}`;
  const all = () =>
    counted(
      statement(1_000, 2_000, `${long} a from x`),
      statement(1_000, 2_000, `${long} b from y`),
      statement(500, 1_000, 'select ?'),
      statement(500, 3_000, 'select ?'),
    );
  const { entries } = compareFigures(undefined, '2026-11-01T10:00', all()).baseline;
  expect(Object.values(entries).map(({ counted }) => counted?.calls)).toEqual([1_000, 1_000, 1_000]);
  expect(Object.values(entries).map(({ value }) => value)).toEqual([2, 2, 4]);
});
