import pg from 'pg';
import { asAdmin } from '#shared/database/provision.ts';
import { normalText } from './normal-text.ts';

export interface StatementFigures {
  /** See `normalText`. */
  readonly text: string;
  /** Role that sent it: `freight_` and the name of a subgraph. */
  readonly role: string;
  readonly calls: number;
  readonly meanMs: number;
  readonly totalMs: number;
  readonly rowsPerCall: number;
  /** Pages of 8 kB that came from the disk, of one call. */
  readonly pagesReadPerCall: number;
}

export interface IndexFigures {
  readonly table: string;
  readonly index: string;
  readonly megabytes: number;
}

export interface ScannedTable {
  readonly table: string;
  readonly scans: number;
  readonly rowsPerScan: number;
  readonly rows: number;
}

export interface DatabaseFigures {
  /** Since when PostgreSQL has counted; null: since it was created. */
  readonly countedSince: string | null;
  /** Undefined if pg_stat_statements is not loaded. */
  readonly statements: readonly StatementFigures[] | undefined;
  /** Indexes that no query has used, and that no constraint needs. */
  readonly unusedIndexes: readonly IndexFigures[];
  /** Tables that are read from begin to end, again and again. */
  readonly scannedTables: readonly ScannedTable[];
  /** Foreign keys of long tables whose columns begin no index: each deletion in the other table reads this one. */
  readonly bareForeignKeys: readonly { readonly table: string; readonly constraint: string }[];
  /** Share of the pages that were in memory. */
  readonly memoryHitRatio: number;
}

/** A table below this size is read from begin to end because that is quicker. */
const manyRows = 1_000;
/** The tables of pg-boss are its own. */
const ownSchemas = `not in ('pg_catalog', 'information_schema', 'jobs')`;

/**
 * Reads what PostgreSQL has counted. @param url of the product's database, as a role of `pg_monitor`. The extension may also be in the
 * database `postgres` of the server.
 */
export async function readDatabase(url: string): Promise<DatabaseFigures> {
  const here = await asAdmin(url, undefined, async (client) => ({
    name: await only<string>(client, 'select current_database() as value'),
    countedSince: await only<string | null>(
      client,
      'select stats_reset::text as value from pg_stat_database where datname = current_database()',
    ),
    memoryHitRatio: Number(
      await only(
        client,
        'select coalesce(blks_hit / nullif(blks_hit + blks_read, 0)::float, 1) as value from pg_stat_database where datname = current_database()',
      ),
    ),
    unusedIndexes: (await client.query<IndexFigures>(unusedIndexes)).rows,
    scannedTables: (await client.query<ScannedTable>(scannedTables, [manyRows])).rows,
    bareForeignKeys: (await client.query<{ table: string; constraint: string }>(bareForeignKeys, [manyRows])).rows,
    statements: await readStatements(client),
  }));
  const { name, ...figures } = here;
  if (figures.statements) return figures;
  const statements = await asAdmin(url, 'postgres', (client) => readStatements(client, name));
  return { ...figures, statements };
}

async function only<T>(client: pg.Client, sql: string): Promise<T> {
  const { rows } = await client.query<{ value: T }>(sql);
  const [row] = rows;
  if (!row) throw new Error(`No row: ${sql}`);
  return row.value;
}

/** @returns undefined if the database has no working extension */
async function readStatements(client: pg.Client, database?: string): Promise<readonly StatementFigures[] | undefined> {
  try {
    const { rows } = await client.query<StatementFigures>(statements, [database ?? null]);
    return rows.map((row) => ({ ...row, text: normalText(row.text) }));
  } catch (error) {
    // The view is missing, or the library was not loaded when the server started.
    if (error instanceof pg.DatabaseError && (error.code === '42P01' || error.code === '55000')) return undefined;
    throw error;
  }
}

const statements = `
  select s.query as text, pg_get_userbyid(s.userid)::text as role, s.calls::float as calls,
      s.mean_exec_time as "meanMs", s.total_exec_time as "totalMs", s.rows / s.calls::float as "rowsPerCall",
      s.shared_blks_read / s.calls::float as "pagesReadPerCall"
    from pg_stat_statements s join pg_database d on d.oid = s.dbid
    where d.datname = coalesce($1, current_database()) and s.calls > 0 and s.query ~* '^\\s*(select|insert|update|delete|with)\\M'
    order by s.total_exec_time desc limit 1000`;

const unusedIndexes = `
  select s.schemaname || '.' || s.relname as "table", s.indexrelname as index,
      pg_relation_size(s.indexrelid) / 1048576.0::float as megabytes
    from pg_stat_user_indexes s join pg_index i using (indexrelid)
    where s.idx_scan = 0 and not i.indisunique and not i.indisexclusion and s.schemaname ${ownSchemas}
    order by pg_relation_size(s.indexrelid) desc, 1, 2`;

const scannedTables = `
  select schemaname || '.' || relname as "table", seq_scan::float as scans,
      seq_tup_read / seq_scan::float as "rowsPerScan", n_live_tup::float as rows
    from pg_stat_user_tables
    where seq_scan > 10 and seq_tup_read / seq_scan >= $1 and schemaname ${ownSchemas}
    order by seq_tup_read desc`;

const bareForeignKeys = `
  select c.conrelid::regclass::text as "table", c.conname::text as "constraint"
    from pg_constraint c join pg_namespace n on n.oid = c.connamespace
      join pg_stat_user_tables t on t.relid = c.conrelid
    where t.n_live_tup >= $1 and c.contype = 'f' and c.conparentid = 0 and n.nspname ${ownSchemas} and not exists (
      select from pg_index i where i.indrelid = c.conrelid and (i.indkey::int2[])[0:cardinality(c.conkey) - 1] @> c.conkey)
    order by 1, 2`;
