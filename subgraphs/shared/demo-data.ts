import { ConfigurationError } from './config.ts';
import type { Database } from './database.ts';

/** Refuses a database that holds demo data: everybody knows the password of its accounts. @throws ConfigurationError */
export async function refuseDemoData(database: Database): Promise<void> {
  const [row] = await database.fork().execute('select 1 from seeded limit 1');
  if (!row) return;
  throw new ConfigurationError(
    'DEMO_ACCOUNTS: a database without demo data is required here, because everybody knows the password of its accounts; this one has demo data. Choose another DATABASE_URL or DATA_DIR, or set DEMO_ACCOUNTS=public.',
  );
}
