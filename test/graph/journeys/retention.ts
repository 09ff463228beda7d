import { beforeAll, describe, expect, test } from '@jest/globals';
import { sharedRetention } from '#shared/database/retention.ts';
import { purgeChores } from '#shared/work/purge.ts';
import { retentionOfSchemas } from '../../../commands/retention/of-schemas.ts';
import type { TestGraph } from '../graph.ts';

/** The rules of retention are those of the database. */
export function retention(given: () => TestGraph): void {
  const rules = [...retentionOfSchemas].flatMap(([schema, tables]) =>
    Object.entries(tables).map(([table, rule]) => ({ schema, table, ...rule })),
  );
  const subgraphOf = (name: string) => given().product.subgraphs.find(({ subgraph }) => subgraph.name === name)!;
  const read = <R extends object>(statement: string) =>
    subgraphOf('access').services.database.fork().execute<R[]>(statement);

  test('every table of every schema has a rule, and every rule a table', async () => {
    const tables = await read<{ name: string }>(
      `select n.nspname || '.' || c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where c.relkind in ('r', 'p') and not c.relispartition
          and n.nspname !~ '^(pg_|information_schema$|jobs$)'
          and c.oid <> 'public.demo_world'::regclass`, // it exists with demo data only
    );
    const names = given().product.subgraphs.map(({ subgraph }) => subgraph.name);
    const expected = rules
      .filter(({ schema }) => schema !== 'jobs')
      .flatMap(({ schema, table }) => (schema === '*' ? names : [schema]).map((name) => `${name}.${table}`));
    expect(tables.map(({ name }) => name).toSorted()).toEqual(expected.toSorted());
  });

  test('every period in days has an index that finds old rows', async () => {
    const indexed = await read<{ place: string }>(
      `select n.nspname || '.' || c.relname || '.' || a.attname as place
        from pg_index i join pg_class c on c.oid = i.indrelid join pg_namespace n on n.oid = c.relnamespace
          join pg_attribute a on a.attrelid = c.oid and a.attnum = i.indkey[0]`,
    );
    const known = new Set(indexed.map(({ place }) => place));
    const wanted = rules.flatMap(({ schema, table, until }) =>
      until.kind === 'DAYS' ? `${schema === '*' ? 'fleet' : schema}.${table}.${until.after}` : [],
    );
    expect(wanted.length).toBeGreaterThan(5);
    expect(wanted.filter((place) => !known.has(place))).toEqual([]);
  });

  test('every chore that a rule names exists', () => {
    const chores = new Set(
      given().product.subgraphs.flatMap(({ subgraph }) => (subgraph.chores ?? []).map(({ name }) => name)),
    );
    const named = rules.flatMap(({ until }) => (until.kind === 'CHORE' ? until.chore : []));
    // The test gateway sends no mails.
    expect(named.filter((name) => !chores.has(name))).toEqual([]);
  });

  describe('the purge', () => {
    const ages = [
      ['old', 400],
      ['new', 1],
    ] as const;
    beforeAll(async () => {
      for (const { subgraph, services } of given().product.subgraphs) {
        const em = services.database.fork();
        for (const [key, days] of ages)
          await em.execute(
            `insert into keyed_call (account_id, key, fingerprint, created_at)
              select gen_random_uuid(), 'purge-' || ? || n, '', now() - make_interval(days => ?) from generate_series(1, 1100) n`,
            [key, days],
          );
        for (const { run } of purgeChores({ ...sharedRetention, ...subgraph.retention }))
          await run(services.database.fork(), services.log);
      }
    });

    test('deletes what is over in every subgraph, in batches, and leaves the rest', async () => {
      for (const { services } of given().product.subgraphs) {
        const left = await services.database
          .fork()
          .execute<{ age: string; count: number }[]>(
            `select substr(key, 7, 3) as age, count(*)::int as count from keyed_call where key like 'purge-%' group by 1`,
          );
        expect(left).toEqual([{ age: 'new', count: 1100 }]);
      }
    });
  });
}
