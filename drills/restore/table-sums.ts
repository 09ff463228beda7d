import { jobsSchema } from '#shared/database/jobs-schema.ts';
import { queryOnce } from '../query-once.ts';

const sumMs = 120_000;

/** A sum of all rows of a table, by the name of the table. Tables with the same rows have the same sum. */
export type TableSums = ReadonlyMap<string, string>;

/** Claims of work that repeats (decision 0034). */
const claimsTable = 'chore';

/** Reads all tables of the product. Queues and claims are left out: their workers write at any time. @param url of the administrator */
export async function sumTables(url: string): Promise<TableSums> {
  const tables = await queryOnce<{ name: string }>(
    url,
    `select format('%I.%I', schemaname, tablename) as name from pg_tables
      where schemaname not in ('pg_catalog', 'information_schema', $1) and tablename <> $2 order by 1`,
    [jobsSchema, claimsTable],
  );
  const parts = tables.map(
    ({ name }) =>
      `select '${name}' as name, count(*) || ' ' || coalesce(md5(string_agg(md5(t::text), '' order by md5(t::text))), '') as sum from ${name} t`,
  );
  const sums = await queryOnce<{ name: string; sum: string }>(url, parts.join(' union all '), [], sumMs);
  return new Map(sums.map(({ name, sum }) => [name, sum]));
}

/** The tables that are not the same, or are in one database only. */
export function differentTables(one: TableSums, other: TableSums): readonly string[] {
  const names = new Set([...one.keys(), ...other.keys()]);
  return [...names].filter((name) => one.get(name) !== other.get(name));
}
