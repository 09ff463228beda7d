import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { keepSums } from '../database/kept-sums.ts';
import { query } from '../database/query.ts';
import { sql } from '../database/sql.ts';
import { newId } from '../ids.ts';
import { startTestSubgraph, type TestSubgraph } from './harness.ts';
import { type SampleContext, sampleSubgraph } from './sample.ts';

const [anna, ben] = [newId(), newId()] as [string, string];

describe('kept sums', () => {
  let sample: TestSubgraph<SampleContext>;
  beforeAll(async () => {
    sample = await startTestSubgraph(sampleSubgraph('shipments'));
    const em = sample.services.database.fork();
    await em.execute(`create table bill (id serial primary key, organization_id uuid not null, cents int not null)`);
    await add(anna, 500);
    await em.execute(
      keepSums({ of: 'bill', in: 'bill_sum', sums: { bills: '1', cents: 'greatest(cents, 0)' }, updates: true }),
    );
  });
  afterAll(() => sample.close());

  const run = (statement: ReturnType<typeof sql>) => query(sample.services.database.fork(), statement);
  const add = (organizationId: string, cents: number) =>
    run(sql`insert into bill (organization_id, cents) values (${organizationId}, ${cents})`);
  const sumsOf = (organizationId: string) =>
    run(
      sql`select sum(bills)::int as bills, sum(cents)::int as cents from bill_sum where organization_id = ${organizationId}`,
    );

  test('begin with the rows that exist, and follow every change of rows', async () => {
    expect(await sumsOf(anna)).toEqual([{ bills: 1, cents: 500 }]);
    await run(sql`insert into bill (organization_id, cents) values (${anna}, 20), (${ben}, 7), (${anna}, 3)`);
    expect(await sumsOf(anna)).toEqual([{ bills: 3, cents: 523 }]);
    expect(await sumsOf(ben)).toEqual([{ bills: 1, cents: 7 }]);
    await run(sql`update bill set cents = -cents where cents = 20 or organization_id = ${ben}`);
    expect(await sumsOf(anna)).toEqual([{ bills: 3, cents: 503 }]);
    expect(await sumsOf(ben)).toEqual([{ bills: 1, cents: 0 }]);
    await run(sql`delete from bill where cents = 500`);
    expect(await sumsOf(anna)).toEqual([{ bills: 2, cents: 3 }]);
  });

  test('are right after many connections have added rows at once', async () => {
    const organizationId = newId();
    await Promise.all(Array.from({ length: 40 }, (_, cents) => add(organizationId, cents)));
    expect(await sumsOf(organizationId)).toEqual([{ bills: 40, cents: 780 }]);
  });

  test('do not contain rows that were rolled back', async () => {
    const organizationId = newId();
    const failed = sample.services.database.fork().transactional(async (em) => {
      await query(em, sql`insert into bill (organization_id, cents) values (${organizationId}, 1)`);
      throw new Error('rolled back');
    });
    await expect(failed).rejects.toThrow('rolled back');
    expect(await sumsOf(organizationId)).toEqual([{ bills: null, cents: null }]);
  });
});
