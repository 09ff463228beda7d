import { resolve } from 'node:path';
import type pg from 'pg';
import { z } from 'zod';
import { auditKeeper } from '#shared/database/audit-schema.ts';
import { findKeyFault, type StoredKeyCheck } from '#shared/database/key-check.ts';
import { requireServer } from '#shared/database/postgres/given-server.ts';
import { openPostgres } from '#shared/database/postgres/open-postgres.ts';
import { databaseName } from '#shared/database/provision.ts';
import { connectToSchema } from '#shared/database/schema-client.ts';
import type { FieldCipher } from '#shared/identity/field-cipher.ts';
import { ConfigurationError, parseEnvironment } from '#shared/runtime/config.ts';
import * as settings from '#shared/settings/settings.ts';
import { cipherSettings, readCipher } from '../read-cipher.ts';

/** Settings of `npm run audit`. */
export const auditSettings = z.object({
  NODE_ENV: settings.NODE_ENV,
  DATABASE_URL: settings.DATABASE_URL,
  SUBGRAPH_DATABASE_URL: settings.SUBGRAPH_DATABASE_URL,
  LOG_LEVEL: settings.LOG_LEVEL,
  ...cipherSettings,
});

/** Connects to the audit trail: by the URL of the access subgraph, by that of the administrator, or in the embedded server. */
export async function openTrail(resources: AsyncDisposableStack): Promise<pg.Client> {
  const parsed = parseEnvironment(auditSettings, process.env);
  const client = await connectToSchema(await findDatabase(parsed, resources), auditKeeper);
  resources.defer(() => client.end());
  // The administrator may read rows that the role of a subgraph wrote: nothing in them may change the database.
  await client.query('set default_transaction_read_only = on');
  return client;
}

/** The cipher of the accounts. @throws ConfigurationError if the database was written with other keys */
export async function openAccounts(client: pg.Client): Promise<FieldCipher> {
  const cipher = await readCipher();
  const { rows } = await client.query<StoredKeyCheck>('select blind_index as "blindIndex", sealed from key_check');
  const [fault] = rows.flatMap((stored) => findKeyFault(cipher, stored, auditKeeper) ?? []);
  if (fault !== undefined) throw new ConfigurationError(fault);
  return cipher;
}

async function findDatabase(given: z.infer<typeof auditSettings>, resources: AsyncDisposableStack): Promise<string> {
  if (given.SUBGRAPH_DATABASE_URL !== undefined) {
    await requireServer(given.SUBGRAPH_DATABASE_URL, 'SUBGRAPH_DATABASE_URL');
    return given.SUBGRAPH_DATABASE_URL;
  }
  const server = { databaseUrl: given.DATABASE_URL, dataDir: resolve(given.DATA_DIR), logLevel: given.LOG_LEVEL };
  const url = new URL(
    await openPostgres(server, {
      resources,
      fail: (error) => {
        throw error;
      },
    }),
  );
  url.pathname = `/${databaseName}`;
  return url.href;
}
