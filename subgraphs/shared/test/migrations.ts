import type { Database, EntityManager, NamedMigration } from '../database/database.ts';
import { openDatabase } from '../database/database.ts';
import { createLog } from '../runtime/log.ts';
import { createTestDatabase } from './harness.ts';

/**
 * Migrates a subgraph's tables as far as an earlier release did, runs statements of that release on them, and migrates the
 * rest. @returns the database, which the caller closes
 */
export async function upgradeWith(
  subgraph: string,
  migrations: readonly NamedMigration[],
  { before, statements }: { readonly before: string; readonly statements: string },
): Promise<Pick<Database, 'fork'> & AsyncDisposable> {
  const test = await createTestDatabase();
  const end = migrations.findIndex(({ name }) => name === before);
  const open = (list: readonly NamedMigration[]) =>
    openDatabase({
      url: test.urlFor(subgraph),
      schema: subgraph,
      entities: [],
      migrations: list,
      log: createLog(subgraph, 'silent'),
      statementTimeoutMs: 60_000,
    });
  const old = await open(migrations.slice(0, end));
  await old.migrate();
  await old.fork().execute(statements);
  await old.close();
  const database = await open(migrations);
  await database.migrate();
  return {
    fork: database.fork,
    async [Symbol.asyncDispose]() {
      await database.close();
      await test.drop();
    },
  };
}

/** The payloads of the events that wait in a queue, oldest first. */
export async function announced(em: EntityManager, queue: string): Promise<object[]> {
  const [found] = await em.execute<{ table: string }[]>('select table_name as table from jobs.queue where name = ?', [
    queue,
  ]);
  const jobs = await em.execute<{ data: { payload: object } }[]>(`select data from jobs."${found?.table}" order by id`);
  return jobs.map(({ data }) => data.payload);
}
