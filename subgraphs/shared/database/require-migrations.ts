import type { MikroORM } from '@mikro-orm/postgresql';
import { ConfigurationError } from '../runtime/config.ts';

/**
 * Checks that all migrations of a subgraph have run. Migrations of a newer release may have run, too.
 * @throws ConfigurationError with one line that names the missing migrations
 */
export async function requireMigrations(orm: MikroORM, schema: string, names: readonly string[]): Promise<void> {
  const done = await completedMigrations(orm, schema);
  const missing = names.filter((name) => !done.has(name));
  if (missing.length === 0) return;
  throw new ConfigurationError(
    `Database: every migration of ${schema} is required; ${missing.join(', ')} ${missing.length === 1 ? 'has' : 'have'} not run. Run \`npm run migrate\` once per release, before its subgraphs start.`,
  );
}

async function completedMigrations(orm: MikroORM, schema: string): Promise<ReadonlySet<string>> {
  const em = orm.em.fork();
  const [found] = await em.execute<{ exists: boolean }[]>(
    `select exists (
       select 1 from pg_class where relnamespace = to_regnamespace(?) and relname = 'migrations'
     ) as exists`,
    [schema],
  );
  if (!found?.exists) return new Set();
  const rows = await em.execute<{ name: string }[]>('select name from migrations');
  return new Set(rows.map(({ name }) => name));
}
