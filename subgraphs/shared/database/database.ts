import type { EntitySchema } from '@mikro-orm/core';
import { Migrator } from '@mikro-orm/migrations';
import { type EntityManager, MikroORM } from '@mikro-orm/postgresql';
import type { DatabaseConnection } from 'kysely';
import type pg from 'pg';
import type { FieldCipher } from '../identity/field-cipher.ts';
import type { LogPosition } from '../identity/log-position.ts';
import type { Log } from '../runtime/log.ts';
import type { ObservedDatabase } from '../runtime/sql-metrics.ts';
import { cancelStatements } from './cancel-statements.ts';
import { choreMigration } from './chore-migration.ts';
import { countStatements, StatementCounter } from './count-statements.ts';
import type { NamedMigration } from './database-types.ts';
import { DirectStatements } from './direct-statements.ts';
import { idempotencyMigration, keyedCallAgeMigration } from './idempotency.ts';
import { inboxMigration } from './inbox.ts';
import { keyCheckMigration } from './key-check-migration.ts';
import { releaseLostConnections } from './lost-connections.ts';
import { prepareStatements } from './prepare-statements.ts';
import { query, runDirectly } from './query.ts';
import { requireColumns } from './require-columns.ts';
import { requireMigrations } from './require-migrations.ts';
import { connectionSettings, connectToSchema } from './schema-client.ts';
import { sealWith } from './sealed-column.ts';
import { raw, sql } from './sql.ts';
import { RoutedStatements } from './standby/routed-statements.ts';
import { positionStatement } from './standby/server-position.ts';
import { Standby, type StandbySettings } from './standby/standby.ts';
import { StatementLogger } from './statement-logger.ts';

export type { EntityManager, NamedMigration } from './database-types.ts';

/** The database of one subgraph: a schema that belongs to the role of the subgraph. */
export interface Database extends ObservedDatabase {
  /** Seals and opens the columns with personal data. */
  readonly cipher: FieldCipher | undefined;
  /**
   * A new unit of work with an empty identity map, for one request, job or script.
   * @param signal cancels its statements when aborted, except a commit that has begun
   * @param readAfter the position from which on a standby may answer the statements of `query`; undefined = the primary answers
   */
  fork(signal?: AbortSignal, readAfter?: LogPosition): EntityManager;
  /** A position in the log after everything that has committed; undefined without a standby. */
  writtenPosition(): Promise<LogPosition | undefined>;
  /** For what changes use besides this database, such as queues. @throws errors of a lost connection while the primary is silent */
  requirePrimary(): void;
  /** True if reads are answered even without the primary. */
  hasStandby(): boolean;
  /** Runs a transaction without a time limit for its statements, such as a migration or a seed. */
  maintain<T>(run: (em: EntityManager) => Promise<T>): Promise<T>;
  /**
   * Brings the tables up to date. If several processes call this at once, one migrates and the others wait for it.
   * @param only names of the migrations of an earlier release; default: all
   * @returns the names of the migrations of this call
   * @throws ConfigurationError when a table lacks a column of an entity
   */
  migrate(only?: readonly string[]): Promise<readonly string[]>;
  /** Checks that all migrations have run. @throws ConfigurationError with one line */
  requireMigrated(): Promise<void>;
  /** Opens a connection for statements that the ORM does not support, such as COPY. The caller closes it. */
  connect(): Promise<pg.Client>;
  close(): Promise<void>;
}

export interface DatabaseOptions {
  readonly url: string;
  readonly schema: string;
  readonly entities: readonly EntitySchema[];
  readonly migrations: readonly NamedMigration[];
  readonly log: Log;
  /** Required if an entity has sealed columns that are read or written. */
  readonly cipher?: FieldCipher | undefined;
  /** Answers reads. Undefined = the primary answers all. */
  readonly standby?: StandbySettings | undefined;
  /** Maximum number of connections. */
  readonly poolSize?: number;
  /** Time limit of a statement, and of the wait for a connection. */
  readonly statementTimeoutMs: number;
}

/** The tables that every subgraph has. */
export const sharedMigrations: readonly NamedMigration[] = [
  inboxMigration,
  idempotencyMigration,
  keyedCallAgeMigration,
  keyCheckMigration,
  choreMigration,
];

export async function openDatabase({
  url,
  schema,
  entities,
  migrations,
  log,
  cipher,
  standby: standbySettings,
  poolSize = 10,
  statementTimeoutMs,
}: DatabaseOptions): Promise<Database> {
  const counter = new StatementCounter();
  let pool: pg.Pool | undefined;
  const migrationsList = [...sharedMigrations, ...migrations];
  const orm = await MikroORM.init({
    clientUrl: url,
    schema,
    entities: [...entities],
    extensions: [Migrator],
    ensureDatabase: false,
    discovery: { warnWhenNoEntities: false }, // a subgraph may have no tables
    pool: { min: 0, max: poolSize },
    driverOptions: {
      ...connectionSettings(schema),
      statement_timeout: statementTimeoutMs,
      connectionTimeoutMillis: statementTimeoutMs,
      onPoolCreated(created: pg.Pool) {
        releaseLostConnections(created);
        prepareStatements(created);
        pool = created;
      },
    },
    // MikroORM passes a connection of Kysely, although the option has another type.
    async onCreateConnection(created) {
      const connection = created as DatabaseConnection;
      countStatements(connection, counter);
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

  if (cipher) sealWith(orm.em.getPlatform(), cipher);
  const standby = standbySettings && (await openStandby(orm, url, standbySettings, log));
  const maintain: Database['maintain'] = (run) =>
    orm.em.fork().transactional(async (em) => {
      await query(em, sql`set local statement_timeout = 0`);
      return run(em);
    });
  return {
    cipher,
    fork(signal, readAfter) {
      const em = orm.em.fork(signal && { signal });
      if (!pool) return em;
      const onPrimary = new DirectStatements({ pool, log, counter }, signal);
      if (!standby || readAfter === undefined) return runDirectly(em, onPrimary);
      const onStandby = new DirectStatements({ pool: standby.pool, log, counter }, signal);
      return runDirectly(em, new RoutedStatements(standby, readAfter, { onStandby, onPrimary }));
    },
    async writtenPosition() {
      if (!standby) return undefined;
      const [server] = await query<{ position: LogPosition }>(orm.em.fork(), raw(positionStatement));
      return server?.position;
    },
    requirePrimary: () => standby?.requirePrimary(),
    hasStandby: () => standby?.isUp ?? false,
    reads: () => standby?.counts(),
    maintain,
    async migrate(only) {
      const done = await maintain(async (em) => {
        // The migrator creates its own table when it first reads the migrations, so the lock must be taken before.
        await query(em, sql`select pg_advisory_xact_lock(hashtext('freight-migrate'), hashtext(${schema}))`);
        return orm.migrator.up({ transaction: em.getTransactionContext(), ...(only && { migrations: [...only] }) });
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
    statements: () => counter.count,
    poolUse() {
      const { totalCount: total = 0, idleCount: idle = 0, waitingCount: waiting = 0 } = pool ?? {};
      return { busy: total - idle, idle, waiting };
    },
    observe(onStatement) {
      counter.onStatement = onStatement;
    },
    async close() {
      await standby?.close();
      await orm.close(true);
    },
  };
}

async function openStandby(orm: MikroORM, url: string, settings: StandbySettings, log: Log): Promise<Standby> {
  const pool: pg.Pool = await orm.em.getConnection().getNativeClient();
  return Standby.open(pool, url, settings, log);
}
