import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { UniqueConstraintViolationException } from '@mikro-orm/core';
import { query } from '../database/query.ts';
import { allColumns, rowsOf } from '../database/rows.ts';
import { allOf, always, anyOf, containing, hasId, never, raw, sql, uuids } from '../database/sql.ts';
import { newId } from '../ids.ts';
import { startTestSubgraph, type TestSubgraph } from './harness.ts';
import { NoteEntity, type SampleContext, sampleSubgraph } from './sample.ts';

describe('a statement with parameters', () => {
  let notes: TestSubgraph<SampleContext>;
  beforeAll(async () => {
    notes = await startTestSubgraph(sampleSubgraph('shipments'));
  });
  afterAll(() => notes.close());
  const database = () => notes.services.database;

  test('takes lists, moments and objects as single values', async () => {
    const at = new Date('2026-02-28T23:30:00.125Z');
    const texts = ['a', "it's", 'with "quotes", {braces} and \\'];
    const [row] = await query<Record<string, unknown>>(
      database().fork(),
      sql`select ${texts}::text[] as texts, ${at}::timestamptz as at, ${{ a: [1] }}::jsonb as json, 'a' = any(${texts}::text[]) as found`,
    );
    expect(row).toEqual({ texts, at: '2026-02-28 23:30:00.125+00', json: { a: [1] }, found: true });
  });

  test('is prepared once per connection from its second run on, and counted each time', async () => {
    const before = database().statements();
    await database().maintain(async (em) => {
      const statement = () =>
        sql`select ${'x'}::text as x, name from pg_prepared_statements where statement like ${'%as prepared_marker%'}`;
      const marked = () => query<{ n: number }>(em, sql`select ${1}::int as n, 'y' as prepared_marker`);
      expect(await query(em, statement())).toEqual([]);
      await marked();
      expect(await query(em, statement())).toEqual([]);
      await marked();
      await marked();
      expect(await query(em, statement())).toHaveLength(1);
    });
    expect(database().statements() - before).toBe(7); // with the one that lifts the time limit
  });

  test('is dropped when many others have been prepared after it', async () => {
    await database().maintain(async (em) => {
      const numbered = (n: number) => query(em, sql`select ${1}::int as n, ${raw(String(n))} as flood_marker`);
      for (let n = 0; n < 320; n += 1) {
        await numbered(n);
        await numbered(n);
      }
      const flood = sql`select name from pg_prepared_statements where statement like ${'%as flood_marker%'}`;
      expect((await query(em, flood)).length).toBeLessThanOrEqual(300);
      expect(await numbered(0)).toEqual([{ n: 1, flood_marker: 0 }]);
    });
  });

  test('is planned each time if it searches for a pattern', async () => {
    await database().maintain(async (em) => {
      const searches = [
        sql`select id from note where text like ${containing('a')}`,
        sql`select id from note where text ilike ${containing('a')}`,
        sql`select id from note where to_tsvector(text) @@ websearch_to_tsquery(${'a'})`,
      ];
      for (const search of searches) await query(em, search);
      const prepared = sql`select name from pg_prepared_statements where statement ~ ${'^select id from note where .*(like|@@)'}`;
      expect(await query(em, prepared)).toEqual([]);
    });
  });

  test('is planned once per connection for any number of ids', async () => {
    await database()
      .fork()
      .execute(`create table parcel (id uuid primary key, weight int);
      insert into parcel select gen_random_uuid(), n from generate_series(1, 2000) n; analyze parcel`);
    await database().maintain(async (em) => {
      const read = (count: number) =>
        query(
          em,
          sql`select weight from parcel where id = any(${uuids(Array.from({ length: count }, () => newId()))})`,
        );
      for (let count = 0; count < 20; count++) await read(count);
      const [plans] = await query(
        em,
        sql`select custom_plans::int, generic_plans::int from pg_prepared_statements where statement like ${'select weight%'}`,
      );
      // The first run is not prepared. PostgreSQL then makes five plans for the values before it keeps one.
      expect(plans).toEqual({ custom_plans: 5, generic_plans: 14 });
    });
  });

  test('is prepared anew after a column has changed its type', async () => {
    const em = database().fork();
    await em.execute('create table shape (id int); insert into shape values (1)');
    const read = () => query(database().fork(), sql`select id from shape where id::int = ${1}::int`);
    const readTen = () => Promise.all(Array.from({ length: 10 }, read));
    await readTen();
    await em.execute('alter table shape alter column id type text');
    await readTen().catch(() => undefined);
    expect(await readTen()).toEqual(Array(10).fill([{ id: '1' }]));
  });

  test('runs within the transaction of its entity manager', async () => {
    const id = newId();
    const write = database().maintain(async (em) => {
      await query(em, sql`insert into note (id, text) values (${id}, 'in a transaction')`);
      throw new Error('roll back');
    });
    await expect(write).rejects.toThrow('roll back');
    expect(await query(database().fork(), sql`select id from note where id = ${id}`)).toEqual([]);
  });

  test('throws what statements of the ORM throw', async () => {
    const em = database().fork();
    const insert = sql`insert into note (id, text) values (${newId()}, 'twice')`;
    await query(em, insert);
    await expect(query(em, insert)).rejects.toThrow(UniqueConstraintViolationException);
  });

  test('is cancelled in PostgreSQL when its request is over', async () => {
    const request = new AbortController();
    const sleep = query(database().fork(request.signal), sql`select pg_sleep(${60}), ${'sleeper'}::text`);
    const isRunning = async () => {
      const found = await query(
        database().fork(),
        sql`select 1 from pg_stat_activity where query like 'select pg_sleep($1)%' and state = 'active'`,
      );
      return found.length > 0;
    };
    while (!(await isRunning()));
    request.abort();
    await expect(sleep).rejects.toThrow();
    while (await isRunning());
  });
});

describe('the plain rows of an entity', () => {
  test('have the columns of its properties, by their names', () => {
    expect(rowsOf(NoteEntity).columns('n').text).toBe('n."id" as "id", n."text" as "text", n."seen" as "seen"');
  });

  test('have the columns that a request needs, and those that the code reads', () => {
    const request = { names: new Set(['text', 'author']) };
    const rows = rowsOf(NoteEntity);
    expect(rows.only(request, ['id']).columns('n').text).toBe('n."id" as "id", n."text" as "text"');
    expect(rows.only(request, ['id'])).toBe(rows.only(request, ['id']));
    expect(rows.only(allColumns, ['id'])).toBe(rows);
  });
});

describe('conditions', () => {
  const a = sql`a = ${1}`;
  const b = sql`b = ${2} or c`;

  test('join with parentheses and with their parameters in order', () => {
    expect(allOf([a, b])).toMatchObject({ text: '(a = $1) and (b = $2 or c)', values: [1, 2] });
    expect(anyOf([b, a])).toMatchObject({ text: '((b = $1 or c) or (a = $2))', values: [2, 1] });
  });

  test('that are none hold for all, or for any', () => {
    expect(allOf([])).toBe(always);
    expect(anyOf([])).toBe(never);
  });

  test('compare ids, and hold for no text that is none', () => {
    const id = newId();
    expect(hasId('t.driver_id', id)).toMatchObject({ text: 't.driver_id = $1', values: [id] });
    expect(hasId('t.driver_id', 'nobody')).toBe(never);
  });

  test('find texts with wildcards as they stand', () => {
    expect(containing(String.raw`100%_\off`)).toBe(String.raw`%100\%\_\\off%`);
  });
});
