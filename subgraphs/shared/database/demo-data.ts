import { ConfigurationError } from '../runtime/config.ts';
import type { Database } from './database.ts';
import { query } from './query.ts';
import { sql } from './sql.ts';

/**
 * Refuses a database with demo data, because the password of its accounts is public.
 * @param advice what the operator can do
 * @throws ConfigurationError
 */
export async function refuseDemoData(database: Database, advice: string): Promise<void> {
  const [row] = await query(database.fork(), sql`select from seeded limit 1`);
  if (!row) return;
  throw new ConfigurationError(
    `DEMO_ACCOUNTS: a database without demo data is required here, because everybody knows the password of its accounts; this one has demo data. ${advice}`,
  );
}
