import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Database, type EntityManager, type NamedMigration, openDatabase } from '#shared/database/database.ts';
import { createLog } from '#shared/runtime/log.ts';
import { createTestDatabase, type TestDatabase } from '#shared/test/harness.ts';
import { allTables } from '../all-subgraphs.ts';
import { readCatalog } from '../migrations/catalog.ts';
import { findContractions } from '../migrations/contractions.ts';
import { recordDeletes, takeDeletes } from '../migrations/deletes.ts';
import { isAtMost, readReleased, releaseNow } from '../migrations/released.ts';

const released = readReleased(join(import.meta.dirname, '../..'));

let scratch: TestDatabase;
beforeAll(async () => {
  scratch = await createTestDatabase();
});
afterAll(() => scratch.drop());

const open = (subgraph: string, migrations: readonly NamedMigration[]): Promise<Database> =>
  openDatabase({
    url: scratch.urlFor(subgraph),
    schema: subgraph,
    entities: [],
    migrations,
    log: createLog(subgraph, 'silent'),
    statementTimeoutMs: 60_000,
  });

test.each(allTables)('the last release runs on the tables of $name as they are now', async ({ name, migrations }) => {
  const known = new Set(released.migrations[name]);
  const database = await open(name, migrations);
  try {
    await database.migrate([...known]);
    const before = await readCatalog(database.fork(), name);
    await database.maintain((em) => recordDeletes(em, name));
    await database.migrate();
    const deleted = await database.maintain((em) => takeDeletes(em, name));
    const found = findContractions(before, await readCatalog(database.fork(), name));
    const since = migrations.filter((one) => !known.has(one.name));
    const declared = since
      .flatMap(({ contracts = [] }) => contracts)
      .filter(({ unusedSince }) => isAtMost(unusedSince, released.version))
      .map(({ what }) => what);
    expect(found.filter(({ what }) => !declared.includes(what)).map(({ says }) => says)).toEqual([]);
    // Rows that are deleted are missing after a return to the last release: a migration says why nobody needs them.
    expect(deleted).toEqual(since.flatMap(({ deletes = [] }) => deletes.map(({ what }) => what)).sort());
  } finally {
    await database.close();
  }
});

test('released migrations keep their names and their order', () => {
  const now = releaseNow(released.version).migrations;
  for (const [subgraph, names] of Object.entries(released.migrations))
    expect(now[subgraph]?.filter((name) => names.includes(name))).toEqual(names);
});

test('code has stopped to use a column in the last release or an earlier one', () => {
  expect(isAtMost('0.2.0', '0.10.0')).toBe(true);
  expect(isAtMost('0.2.0', '0.2.0')).toBe(true);
  expect(isAtMost('1.0.0', '0.9.9')).toBe(false);
});

/** What the former version uses. */
const former = `create table load (id int primary key, weight int not null default 0, note text, code int not null);
  create unique index load_code on load (code);
  alter table load add constraint heavy check (weight < 100);
  create function weigh(id int) returns int language sql return 1;
  grant select on load to public;
  grant select (note) on load to public;
  create policy heavy on load using (weight > 50);
  create table day (at date not null) partition by range (at);
  create table day_2026 partition of day for values from ('2026-01-01') to ('2027-01-01');`;

/** Runs on what the former version uses, and leaves nothing behind. */
async function scratchChange(run: (em: EntityManager) => Promise<void>): Promise<void> {
  const database = await open('analytics', []);
  try {
    await database.maintain(async (em) => {
      await em.execute(former);
      await run(em);
      throw new RolledBack();
    });
  } catch (error) {
    if (!(error instanceof RolledBack)) throw error;
  } finally {
    await database.close();
  }
}

/** Ends a transaction without a trace. */
class RolledBack extends Error {}

test.each<[string, string, readonly string[]]>([
  ['a new table', 'create table part (id int primary key, load_id int references load on delete cascade)', []],
  ['a new column that may be null', 'alter table load add colour text', []],
  ['a new column with a default', "alter table load add colour text not null default 'red'", []],
  ['a new index', 'create index load_note on load (note)', []],
  ['a constraint less', 'alter table load drop constraint heavy', []],
  ['a table less', 'drop table load', ['the table load is gone', 'the column load.id is gone']],
  ['a column with another name', 'alter table load rename note to remark', ['the column load.note is gone']],
  [
    'a column with another type',
    'alter table load alter note type varchar(9)',
    ['the column load.note changes from "text" to "character varying(9)"'],
  ],
  [
    'a column that must not be null',
    'alter table load alter note set not null',
    ['the column load.note must not be null any more'],
  ],
  [
    'a column that may be null',
    'alter table load alter code drop not null',
    ['the column load.code may be null now, which the former version does not expect'],
  ],
  ['a default less', 'alter table load alter weight drop default', ['the column load.weight has no default any more']],
  [
    'a new required column',
    'alter table load add colour text not null',
    ['the column load.colour is new, must not be null and has no default'],
  ],
  [
    'a new check',
    'alter table load add check (note > id::text)',
    ['the constraint load.load_check is new on a table that the former version writes'],
  ],
  [
    'a stricter check',
    'alter table load drop constraint heavy, add constraint heavy check (weight < 50)',
    ['the constraint load.heavy changes from "CHECK ((weight < 100))" to "CHECK ((weight < 50))"'],
  ],
  [
    'a new unique index',
    'create unique index load_note on load (note)',
    ['the unique index load.load_note is new on a table that the former version writes'],
  ],
  ['a unique index less', 'drop index load_code', ['the unique index load.load_code is gone']],
  [
    'a new table that holds rows',
    'create table part (load_id int references load)',
    ['the constraint part.part_load_id_fkey keeps the former version from deleting rows'],
  ],
  ['a function less', 'drop function weigh', ['the function weigh(id integer) is gone']],
  [
    'a function with another body',
    'create or replace function weigh(id int) returns int language sql return 2',
    ['the function weigh(id integer) has another body or other rights'],
  ],
  [
    'a function that others may not call any more',
    'revoke execute on function weigh from public',
    ['the function weigh(id integer) has another body or other rights'],
  ],
  ['a new function', 'create function measure() returns int language sql return 1', []],
  [
    'row security',
    'alter table load enable row level security',
    ['the table load changes from "r" to "r, row security"'],
  ],
  [
    'row security for the owner',
    'alter table load force row level security',
    ['the table load changes from "r" to "r, forced for the owner"'],
  ],
  [
    'a new policy',
    'create policy light on load using (weight < 9)',
    ['the policy load.light is new on a table that the former version writes'],
  ],
  [
    'a stricter policy',
    'alter policy heavy on load using (weight > 90)',
    ['the policy load.heavy changes from "* t {-} (weight > 50) with" to "* t {-} (weight > 90) with"'],
  ],
  ['a policy less', 'drop policy heavy on load', ['the policy load.heavy is gone']],
  ['a new right', 'grant delete on load to public', []],
  ['a right less', 'revoke select on load from public', ['the grant load: SELECT to public is gone']],
  [
    'a right on a column less',
    'revoke select (note) on load from public',
    ['the grant load.note: SELECT to public is gone'],
  ],
  ['a partition less', 'drop table day_2026', ['the partition day_2026 is gone']],
  [
    'a table that is made anew',
    'drop table day; create table day (at date not null) partition by range (at)',
    ['the table day is another one than before, without its values'],
  ],
  [
    'a column that is made anew',
    'alter table load drop note, add note text',
    ['the column load.note is another one than before, without its values'],
  ],
])('%s', (_name, statements, expected) =>
  scratchChange(async (em) => {
    const before = await readCatalog(em, 'analytics');
    await em.execute(statements);
    const says = findContractions(before, await readCatalog(em, 'analytics')).map((one) => one.says);
    expect(says).toEqual(expected.length === 0 ? [] : expect.arrayContaining([...expected]));
  }),
);

test.each<[string, string, readonly string[]]>([
  ['deletes rows', 'delete from load where weight > 50', ['load']],
  ['deletes rows beside a query', 'with gone as (delete from load returning id) select count(*) from gone', ['load']],
  ['deletes rows in a statement that it makes up', `do $$ begin execute 'delete from ' || 'load'; end $$`, ['load']],
  [
    'deletes rows in a merge',
    'merge into load using day on code = extract(year from at) when matched then delete',
    ['load'],
  ],
  ['truncates a table', 'truncate day', ['day', 'day_2026']],
  [
    'truncates tables that refer to another one',
    'create table part (load_id int references load on delete cascade); truncate load cascade',
    ['load'],
  ],
  ['deletes rows of its own new table', 'create table part (id int); delete from part', []],
  ['adds and changes rows', 'insert into load (id, code) values (1, 1); update load set weight = 2', []],
])('a migration that %s', (_name, statements, expected) =>
  scratchChange(async (em) => {
    const before = await readCatalog(em, 'analytics');
    await recordDeletes(em, 'analytics');
    await em.execute(statements);
    expect(await takeDeletes(em, 'analytics')).toEqual(expected);
    await em.execute('drop table if exists part');
    expect(await readCatalog(em, 'analytics')).toEqual(before);
  }),
);
