import { openDatabase } from '#shared/database/database.ts';
import { requireServer } from '#shared/database/postgres/given-server.ts';
import { databaseName, provision, roleUrl } from '#shared/database/provision.ts';
import { requireOwnRoles } from '#shared/database/require-own-roles.ts';
import { loadRoleSecret } from '#shared/identity/keys.ts';
import { readCommandLine } from '#shared/runtime/command-line.ts';
import { ConfigurationError } from '#shared/runtime/config.ts';
import { exitWith } from '#shared/runtime/exit.ts';
import { createLog } from '#shared/runtime/log.ts';
import { defaultLimits } from '#shared/settings/limits.ts';
import { requireSecrets } from '#shared/settings/process-secrets.ts';
import type { SubgraphTables } from '#shared/subgraph.ts';
import { allTables } from './all-subgraphs.ts';
import { migrateSecrets, readMigrateConfig } from './migrate-config.ts';

const command = {
  call: 'npm run migrate --',
  does: 'Once per release: creates database, roles, schemas and queues, and brings the tables of every subgraph up to date. DATABASE_URL is that of the administrator; docs/settings.md names the settings.',
  options: {
    urls: {
      type: 'boolean',
      default: false,
      help: 'changes nothing and prints the SUBGRAPH_DATABASE_URL of each subgraph, password included',
    },
  },
} as const;

/** Safe to run again, and from several places at once: one run migrates, the others wait and find nothing to do. */
async function migrate(): Promise<void> {
  const { values } = readCommandLine(command);
  requireSecrets(process.env, migrateSecrets);
  const config = readMigrateConfig();
  const { databaseUrl } = config;
  if (values.urls && config.roleSecret === undefined)
    throw new ConfigurationError(
      'DATABASE_ROLE_SECRET is not set: the passwords in the URLs follow from it. Give that of the installation.',
    );
  const secret = await loadRoleSecret(config);
  const urlOf = ({ name }: SubgraphTables) => roleUrl(databaseUrl, databaseName, name, secret);
  if (values.urls) {
    for (const tables of allTables) console.log(`${tables.name}: SUBGRAPH_DATABASE_URL=${urlOf(tables)}`);
    return;
  }
  await requireServer(databaseUrl);
  const names = allTables.map(({ name }) => name);
  await requireOwnRoles(config, names, secret);
  await provision(databaseUrl, databaseName, names, secret);
  for (const tables of allTables) {
    const done = await migrateTables(tables, urlOf(tables), config.logLevel);
    console.log(`${tables.name}: ${done.length > 0 ? `ran ${done.join(', ')}` : 'up to date'}`);
  }
}

/** Migrates as the role of the subgraph, which owns its tables. @returns the names of the migrations of this run */
async function migrateTables(
  { name, entities, migrations }: SubgraphTables,
  url: string,
  logLevel: string,
): Promise<readonly string[]> {
  const log = createLog(name, logLevel);
  const { statementTimeoutMs } = defaultLimits;
  const database = await openDatabase({ url, schema: name, entities, migrations, log, statementTimeoutMs });
  try {
    return await database.migrate();
  } finally {
    await database.close();
  }
}

try {
  await migrate();
} catch (error) {
  exitWith(error);
}
