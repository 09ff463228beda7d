import type { EntitySchema } from '@mikro-orm/core';
import { type Migration, Migrator } from '@mikro-orm/migrations';
import { type EntityManager, MikroORM } from '@mikro-orm/postgresql';
import { inboxMigration } from './inbox.ts';

export type { EntityManager } from '@mikro-orm/postgresql';

export interface NamedMigration {
  readonly name: string;
  readonly class: new (...args: ConstructorParameters<typeof Migration>) => Migration;
}

/** One subgraph's database: its own schema under its own role. */
export interface Database {
  /** A unit of work of its own, with an empty identity map: one per request, job or script. */
  fork(): EntityManager;
  migrate(): Promise<void>;
  /** SQL statements sent so far: what tests and benches count. */
  statements(): number;
  close(): Promise<void>;
}

export interface DatabaseOptions {
  readonly url: string;
  readonly schema: string;
  readonly entities: readonly EntitySchema[];
  readonly migrations: readonly NamedMigration[];
  /** Connections at most. */
  readonly poolSize?: number;
}

export async function openDatabase({
  url,
  schema,
  entities,
  migrations,
  poolSize = 10,
}: DatabaseOptions): Promise<Database> {
  let statements = 0;
  const orm = await MikroORM.init({
    clientUrl: url,
    schema,
    entities: [...entities],
    extensions: [Migrator],
    ensureDatabase: false,
    pool: { min: 0, max: poolSize },
    // Raw SQL names its tables without a schema and finds its own.
    driverOptions: { options: `-c search_path=${schema},public`, application_name: `freight-${schema}` },
    migrations: {
      tableName: 'migrations',
      schema,
      migrationsList: [inboxMigration, ...migrations],
      snapshot: false,
      silent: true,
      disableForeignKeys: false,
    },
    onQuery: (sql) => {
      statements++;
      return sql;
    },
  });

  return {
    fork: () => orm.em.fork(),
    async migrate() {
      await orm.migrator.up();
    },
    statements: () => statements,
    close: () => orm.close(true),
  };
}
