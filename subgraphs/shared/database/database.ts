import type { EntitySchema } from '@mikro-orm/core';
import { Migrator } from '@mikro-orm/migrations';
import { type EntityManager, MikroORM } from '@mikro-orm/postgresql';
import type { DatabaseConnection } from 'kysely';
import type pg from 'pg';
import type { Log } from '../runtime/log.ts';
import { cancelStatements } from './cancel-statements.ts';
import { countStatements } from './count-statements.ts';
import type { NamedMigration } from './database-types.ts';
import { idempotencyMigration } from './idempotency.ts';
import { inboxMigration } from './inbox.ts';
import { releaseLostConnections } from './lost-connections.ts';
import { prepareStatements } from './prepare-statements.ts';
import { query } from './query.ts';
import { requireColumns } from './require-columns.ts';
import { requireMigrations } from './require-migrations.ts';
import { connectionSettings, connectToSchema } from './schema-client.ts';
import { sql } from './sql.ts';
import { StatementLogger } from './statement-logger.ts';

export type { EntityManager, NamedMigration } from './database-types.ts';

/** One subgraph's database: its own schema under its own role. */
export interface Database {
  /**
   * A unit of work of its own, with an empty identity map: one per request, job or script.
   * @param signal cancels its statements when aborted; a commit that has begun is never cancelled
   */
  fork(signal?: AbortSignal): EntityManager;
  /** Runs a transaction whose statements may take as long as they need: migrations, seeds, maintenance. */
  maintain<T>(run: (em: EntityManager) => Promise<T>): Promise<T>;
  /**
   * Brings the tables up to date; of several processes at once, one does and the others wait for it.
   * @returns names of the migrations that have run now
   * @throws ConfigurationError when an entity stores what no migration has made room for
   */
  migrate(): Promise<readonly string[]>;
  /** Makes sure that somebody has brought the tables up to date. @throws ConfigurationError with one line */
  requireMigrated(): Promise<void>;
  /** A connection of its own apart from the ORM. Whoever asks for it ends it. */
  connect(): Promise<pg.Client>;
  /** SQL statements sent so far: what tests and benches count. */
  statements(): number;
  close(): Promise<void>;
}

export interface DatabaseOptions {
  readonly url: string;
  readonly schema: string;
  readonly entities: readonly EntitySchema[];
  readonly migrations: readonly NamedMigration[];
  readonly log: Log;
  /** Connections at most. */
  readonly poolSize?: number;
  /** PostgreSQL ends a statement that runs for longer; also the longest wait for a connection. */
  readonly statementTimeoutMs: number;
}

export async function openDatabase({
  url,
  schema,
  entities,
  migrations,
  log,
  poolSize = 10,
  statementTimeoutMs,
}: DatabaseOptions): Promise<Database> {
  let statements = 0;
  const migrationsList = [inboxMigration, idempotencyMigration, ...migrations];
  const orm = await MikroORM.init({
    clientUrl: url,
    schema,
    entities: [...entities],
    extensions: [Migrator],
    ensureDatabase: false,
    discovery: { warnWhenNoEntities: false }, // a subgraph may store nothing
    pool: { min: 0, max: poolSize },
    driverOptions: {
      ...connectionSettings(schema),
      statement_timeout: statementTimeoutMs,
      connectionTimeoutMillis: statementTimeoutMs,
      onPoolCreated(pool: pg.Pool) {
        releaseLostConnections(pool);
        prepareStatements(pool);
      },
    },
    // The driver of MikroORM is Kysely's, whatever the type of this option says.
    async onCreateConnection(created) {
      const connection = created as DatabaseConnection;
      countStatements(connection, () => statements++);
      cancelStatements(connection, log);
    },
    migrations: {
      tableName: 'migrations',
      schema,
      migrationsList,
      snapshot: false,
      silent: true,
      disableForeignKeys: false,
    },
    loggerFactory: (options) => new StatementLogger(options),
  });

  const maintain: Database['maintain'] = (run) =>
    orm.em.fork().transactional(async (em) => {
      await query(em, sql`set local statement_timeout = 0`);
      return run(em);
    });
  return {
    fork: (signal) => orm.em.fork(signal && { signal }),
    maintain,
    async migrate() {
      const done = await maintain(async (em) => {
        // The lock comes before the migrator's first look: it creates its own table then.
        await query(em, sql`select pg_advisory_xact_lock(hashtext('freight-migrate'), hashtext(${schema}))`);
        return orm.migrator.up({ transaction: em.getTransactionContext() });
      });
      await requireColumns(orm, schema);
      return done.map(({ name }) => name);
    },
    async requireMigrated() {
      const names = migrationsList.map(({ name }) => name);
      await requireMigrations(orm, schema, names);
      await requireColumns(orm, schema);
    },
    connect: () => connectToSchema(url, schema),
    statements: () => statements,
    close: () => orm.close(true),
  };
}
