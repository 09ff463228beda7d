import pg from 'pg';
import type { FieldCipher } from '#shared/identity/field-cipher.ts';
import type { World } from '../world.ts';
import { fillBare } from './bare-tables.ts';
import { copyRows, type TableRow } from './copy-rows.ts';

/** How a subgraph writes its part of the demo world. */
export interface SeedWriter {
  /** Seals the columns with personal data. */
  readonly cipher: FieldCipher;
  /** Adds rows to a table. All rows have the columns of the first. */
  copy(table: string, rows: Iterable<TableRow>): Promise<void>;
  execute(sql: string, values?: readonly unknown[]): Promise<void>;
}

/** Writes a subgraph's part of the demo world into empty tables. */
export type Seed = (tables: SeedWriter, world: World) => Promise<void>;

/** A seed, and the database that it writes to. */
export interface SeedPart {
  readonly seed: Seed;
  /** Connects to the database as the role of the subgraph. */
  connect(): Promise<pg.Client>;
  readonly cipher: FieldCipher;
}

/** Demo data in transactions that are still open. */
export interface WrittenSeed {
  commit(): Promise<void>;
  rollback(): Promise<void>;
}

/** Writes all parts at the same time without a commit. When one fails, all are rolled back. */
export async function writeSeeds(parts: readonly SeedPart[], world: World): Promise<WrittenSeed> {
  const results = await Promise.allSettled(parts.map((part) => writeSeed(part, world)));
  const written = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const rollback = async () => void (await Promise.all(written.map((one) => one.rollback())));
  const commit = async () => requireAll(await Promise.allSettled(written.map((one) => one.commit())));
  try {
    requireAll(results);
  } catch (error) {
    await rollback();
    throw error;
  }
  return { commit, rollback };
}

/** Throws the error of the first failure. */
function requireAll(results: readonly PromiseSettledResult<unknown>[]): void {
  const failed = results.find((result) => result.status === 'rejected');
  if (failed) throw failed.reason;
}

/** Writes one part and its entry in `seeded`. Both are visible after `commit`. */
async function writeSeed(part: SeedPart, world: World): Promise<WrittenSeed> {
  const client = await part.connect();
  const finish = async (statement: 'commit' | 'rollback'): Promise<void> => {
    try {
      await client.query(statement);
    } finally {
      await client.end();
    }
  };
  try {
    await client.query('begin');
    await client.query('set local statement_timeout = 0');
    const tables = new Set<string>();
    await fillBare(client, () => part.seed(writerOf(client, tables, part.cipher), world));
    await client.query('insert into seeded (seed) values ($1)', [world.seed]);
    // The query planner needs statistics of the new rows. A rough sample is enough until autovacuum runs.
    await client.query('set local default_statistics_target = 10');
    for (const table of tables) await client.query(`analyze ${pg.escapeIdentifier(table)}`);
  } catch (error) {
    // The connection is lost, so PostgreSQL has rolled back.
    await finish('rollback').catch(() => undefined);
    throw error;
  }
  return { commit: () => finish('commit'), rollback: () => finish('rollback') };
}

function writerOf(client: pg.Client, tables: Set<string>, cipher: FieldCipher): SeedWriter {
  return {
    cipher,
    copy(table, rows) {
      tables.add(table);
      return copyRows(client, table, rows);
    },
    async execute(sql, values = []) {
      await client.query(sql, [...values]);
    },
  };
}
