import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type List, pageOf, pagesOf, readPage } from '../database/list.ts';
import { rowsFrom } from '../database/rows.ts';
import { sql } from '../database/sql.ts';
import { newId } from '../ids.ts';
import type { Connection, PageArguments } from '../pages/connection.ts';
import { startTestSubgraph, type TestSubgraph } from './harness.ts';
import { runs } from './random.ts';
import { type SampleContext, sampleSubgraph } from './sample.ts';

interface Row {
  readonly id: string;
  readonly parent: string;
  readonly weight: number;
  readonly due: Date | null;
}

const parents = [newId(), newId(), newId()];
const made: readonly Row[] = Array.from({ length: 60 }, (_, index) => ({
  id: newId(),
  parent: parents[index % 2]!, // the third has none
  weight: index % 7,
  due: index % 5 === 0 ? null : new Date(`2026-03-0${1 + (index % 4)}T00:00:00.000Z`),
}));

const rows = rowsFrom<Row>({ id: 'id', parent: 'parent', weight: 'weight', due: 'due' }, ['due']);
const from = sql`json_to_recordset(${JSON.stringify(made)}::json) as t (id uuid, parent uuid, weight int, due timestamptz)`;
const byWeight: List<Row> = {
  rows,
  from,
  orderName: 'WEIGHT',
  descending: true,
  order: [
    { expression: 't.weight', kind: 'integer', property: 'weight' },
    { expression: 't.id', kind: 'uuid', property: 'id' },
  ],
};
const byDue: List<Row> = {
  rows,
  from,
  orderName: 'DUE',
  descending: false,
  order: [
    { expression: `coalesce(t.due, 'infinity')`, kind: 'openTime', property: 'due', absent: 'infinity' },
    { expression: 't.id', kind: 'uuid', property: 'id' },
  ],
};

const descending = (left: Row, right: Row) => right.weight - left.weight || (left.id < right.id ? 1 : -1);
const dueFirst = (left: Row, right: Row) => {
  const [a, b] = [left, right].map(({ due, id }) => `${due?.toISOString() ?? '9999'} ${id}`) as [string, string];
  return a < b ? -1 : 1;
};
const ids = (list: readonly Row[]) => list.map(({ id }) => id);

describe('a list in pages', () => {
  let sample: TestSubgraph<SampleContext>;
  beforeAll(async () => {
    sample = await startTestSubgraph(sampleSubgraph('shipments'));
  });
  afterAll(() => sample.close());
  const em = () => sample.services.database.fork();

  /** Turns all pages of a size. */
  async function turn(
    read: (page: PageArguments) => Promise<Connection<Row>>,
    size: number,
    backward: boolean,
  ): Promise<string[]> {
    const found: string[] = [];
    for (let cursor: string | null = null; ; ) {
      const page = backward ? { last: size, before: cursor } : { first: size, after: cursor };
      const { nodes, pageInfo } = await read(page);
      if (backward) found.unshift(...ids(nodes));
      else found.push(...ids(nodes));
      cursor = backward ? pageInfo.startCursor() : pageInfo.endCursor();
      if (!(backward ? pageInfo.hasPreviousPage : pageInfo.hasNextPage)) return found;
    }
  }

  const orders = [
    { list: byWeight, sorted: made.toSorted(descending) },
    { list: byDue, sorted: made.toSorted(dueFirst) },
  ];

  test('gives every row once and in order, whatever the page size and direction', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...orders),
        fc.integer({ min: 1, max: 25 }),
        fc.boolean(),
        async ({ list, sorted }, size, backward) => {
          const read = (page: PageArguments) => readPage(em(), list, [], pageOf(list, page));
          expect(await turn(read, size, backward)).toEqual(ids(sorted));
        },
      ),
      { numRuns: runs(12) },
    );
  });

  test('gives each parent its own pages, all parents with one statement', async () => {
    const pages = pagesOf(em(), byWeight, 'parent', [sql`t.weight > ${1}`]);
    const before = sample.services.database.statements();
    const first = await Promise.all(parents.map((parent) => pages(parent, { first: 4 })));
    expect(sample.services.database.statements() - before).toBe(1);
    for (const [index, parent] of parents.entries()) {
      const own = made.filter((row) => row.parent === parent && row.weight > 1).toSorted(descending);
      expect(ids(first[index]?.nodes ?? [])).toEqual(ids(own.slice(0, 4)));
      expect(await first[index]?.totalCount()).toBe(own.length);
      expect(await turn((page) => pages(parent, page), 7, true)).toEqual(ids(own));
    }
  });

  test('gives a parent its pages by its id in capitals, too', async () => {
    const parent = made[0]!.parent;
    const pages = pagesOf(em(), byWeight, 'parent');
    const capitals = await pages(parent.toUpperCase(), { first: 4 });
    expect(ids(capitals.nodes)).toEqual(ids((await pages(parent, { first: 4 })).nodes));
    expect(await capitals.totalCount()).toBe(30);
  });

  test('counts its rows only when the total is asked for', async () => {
    const before = sample.services.database.statements();
    const page = await readPage(em(), byWeight, [sql`t.weight = ${3}`], pageOf(byWeight, { first: 1 }));
    expect(sample.services.database.statements() - before).toBe(1);
    expect(await page.totalCount()).toBe(made.filter(({ weight }) => weight === 3).length);
  });

  test('has exact totals up to 10,000, and 10,001 for more', async () => {
    const numbered = (count: number): List<Row> => ({
      ...byWeight,
      from: sql`(select ${parents[0]}::uuid as id, ${parents[0]}::uuid as parent, n as weight, null as due from generate_series(1, ${count}::int) n) t`,
    });
    const totals = async (count: number) => {
      const list = numbered(count);
      const all = await readPage(em(), list, [], pageOf(list, { first: 1 }));
      const own = await pagesOf(em(), list, 'parent')(parents[0]!, { first: 1 });
      return [await all.totalCount(), await own.totalCount()];
    };
    expect(await totals(10_000)).toEqual([10_000, 10_000]);
    expect(await totals(12_345)).toEqual([10_001, 10_001]);
  });

  test('reads a total that is kept, instead of counting', async () => {
    const page = await readPage(em(), byWeight, [], pageOf(byWeight, { first: 1 }), async () => 123_456);
    expect(await page.totalCount()).toBe(123_456);
    const pages = pagesOf(
      em(),
      byWeight,
      'parent',
      [],
      async (ids) => new Map(ids.slice(0, 1).map((id) => [id, 20_000])),
    );
    const [first, second] = await Promise.all(parents.map((parent) => pages(parent, { first: 1 })));
    expect(await Promise.all([first?.totalCount(), second?.totalCount()])).toEqual([20_000, 0]);
  });

  test('refuses the cursor of another order', async () => {
    const { pageInfo } = await readPage(em(), byWeight, [], pageOf(byWeight, { first: 1 }));
    expect(() => pageOf(byDue, { after: pageInfo.endCursor() })).toThrow('cursor');
  });
});
