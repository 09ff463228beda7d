import { beforeAll, describe, expect, test } from '@jest/globals';
import type { TestGraph } from '../graph.ts';
import { readMatrix } from './matrix.ts';
import { recordsOf } from './records.ts';
import { agrees, expectedRow } from './table.ts';
import { viewersOf } from './viewers.ts';

/** The matrix of permissions: each field by each kind of caller, of own records and those of others. */
export function describePermissions(graphOf: () => TestGraph): void {
  describe('permissions', () => {
    let rows: ReadonlyMap<string, string>;
    let labels: ReadonlySet<string>;
    beforeAll(async () => {
      const graph = graphOf();
      const viewers = viewersOf(graph.world);
      const records = await recordsOf(graph, viewers.ADMIN);
      labels = new Set(records.map(({ label }) => label));
      rows = (await readMatrix(graph, viewers, records)).rows();
    }, 60_000);

    test('each caller sees of each field what table.ts says, and no more', () => {
      const faults = [...rows].flatMap(([row, seen]) => {
        const [label = '', field = ''] = row.split('.');
        const expected = expectedRow(label, field, !labels.has(label));
        return expected !== undefined && agrees(expected, seen) ? [] : [{ row, seen, expected }];
      });
      expect(faults).toEqual([]);
    });

    test('the records at hand have a value for nearly every field', () => {
      const unknown = [...rows].filter(([, seen]) => seen.startsWith('?')).map(([row]) => row);
      expect(rows.size).toBeGreaterThan(300);
      expect(unknown.length).toBeLessThan(rows.size / 20);
    });
  });
}
