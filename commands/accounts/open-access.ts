import { openDatabase } from '#shared/database/database.ts';
import { requireKeys } from '#shared/database/key-check.ts';
import { requireServer } from '#shared/database/postgres/given-server.ts';
import { databaseName, roleUrl } from '#shared/database/provision.ts';
import { createTransact, type Transact } from '#shared/database/transaction.ts';
import { openJobs } from '#shared/events/jobs.ts';
import { loadRoleSecret } from '#shared/identity/keys.ts';
import { createMemoryPubSub } from '#shared/live/pubsub-memory.ts';
import { parseEnvironment } from '#shared/runtime/config.ts';
import { createLog } from '#shared/runtime/log.ts';
import { defaultLimits } from '#shared/settings/limits.ts';
import * as settings from '#shared/settings/settings.ts';
import { accessTables } from '../../subgraphs/access/subgraph.ts';
import { migrateSettings, readMigrateConfig } from '../migrate-config.ts';
import { cipherSettings, readCipher } from '../read-cipher.ts';

/** Settings of `npm run accounts`. */
export const accountsSettings = migrateSettings.extend({
  SUBGRAPH_DATABASE_URL: settings.SUBGRAPH_DATABASE_URL,
  ...cipherSettings,
});

/** Opens the tables of the access subgraph for changes: by its own URL, or by that of the administrator of the server. */
export async function openAccess(resources: AsyncDisposableStack): Promise<Transact> {
  const { LOG_LEVEL } = parseEnvironment(accountsSettings, process.env);
  const cipher = await readCipher();
  const url = await findUrl();
  const { name, entities, migrations } = accessTables;
  const log = createLog(name, LOG_LEVEL);
  const { statementTimeoutMs } = defaultLimits;
  const database = await openDatabase({ url, schema: name, entities, migrations, log, cipher, statementTimeoutMs });
  resources.defer(() => database.close());
  await database.requireMigrated();
  await requireKeys(database, name);
  const live = createMemoryPubSub();
  resources.defer(() => live.close());
  // Without reactions: the running subgraph handles events.
  const jobs = await openJobs({ subgraph: name, url, database, reactions: {}, live, log });
  resources.defer(() => jobs.close());
  return createTransact(database.fork(), jobs, live);
}

async function findUrl(): Promise<string> {
  const { SUBGRAPH_DATABASE_URL: own } = parseEnvironment(accountsSettings, process.env);
  if (own !== undefined) {
    await requireServer(own, 'SUBGRAPH_DATABASE_URL');
    return own;
  }
  const config = readMigrateConfig();
  await requireServer(config.databaseUrl);
  return roleUrl(config.databaseUrl, databaseName, accessTables.name, await loadRoleSecret(config));
}
