import { resolve } from 'node:path';
import { type Database, openDatabase } from '#shared/database/database.ts';
import { requireKeys } from '#shared/database/key-check.ts';
import { requireServer } from '#shared/database/postgres/given-server.ts';
import { databaseName, roleUrl } from '#shared/database/provision.ts';
import { loadRoleSecret } from '#shared/identity/keys.ts';
import { needs, parseEnvironment } from '#shared/runtime/config.ts';
import { createLog } from '#shared/runtime/log.ts';
import { defaultLimits } from '#shared/settings/limits.ts';
import * as settings from '#shared/settings/settings.ts';
import type { SubgraphTables } from '#shared/subgraph.ts';
import { countBySecret } from '../../subgraphs/access/store/api-keys.ts';
import { allTables } from '../all-subgraphs.ts';
import { migrateSettings, readMigrateConfig } from '../migrate-config.ts';
import { cipherSettings, readCipher } from '../read-cipher.ts';
import { requireKept } from './require-kept.ts';
import { adviceOn, type KeyUse, rotatedColumns, rotateFields, sumOf } from './rotate-fields.ts';

/** Settings of `npm run keys -- rotate-fields`. */
export const rotateSettings = migrateSettings.extend({
  SUBGRAPH_DATABASE_URL: settings.SUBGRAPH_DATABASE_URL,
  ...cipherSettings,
});

const sealedTables = allTables.filter((tables) => rotatedColumns(tables).length > 0);

/** @param subgraph the subgraph of SUBGRAPH_DATABASE_URL; absent = every subgraph, by DATABASE_URL */
export async function runRotation(subgraph: string | undefined): Promise<void> {
  const names = sealedTables.map(({ name }) => name);
  if (subgraph !== undefined && !names.includes(subgraph))
    throw needs('rotate-fields', `one of ${names.join(', ')}`, subgraph);
  const { FIELD_KEYS, BLIND_INDEX_KEY, DATA_DIR } = parseEnvironment(rotateSettings, process.env);
  requireKept(resolve(DATA_DIR), { FIELD_KEYS: !!FIELD_KEYS, BLIND_INDEX_KEY: !!BLIND_INDEX_KEY });
  const cipher = await readCipher();
  const urlOf = await findUrls(subgraph);
  const uses: KeyUse[] = [];
  for (const tables of sealedTables.filter(({ name }) => subgraph === undefined || name === subgraph)) {
    const database = await open(tables, await urlOf(tables.name), cipher);
    try {
      await database.requireMigrated();
      await requireKeys(database, tables.name);
      uses.push(await rotateFields(database, tables, console.log));
    } finally {
      await database.close();
    }
  }
  for (const line of adviceOn(sumOf(uses), cipher.keyIds, subgraph === undefined)) console.log(line);
}

/** Prints how many API keys need each secret of API_KEY_SECRET. */
export async function printApiKeys(): Promise<void> {
  const access = allTables.find(({ name }) => name === 'access');
  if (!access) throw new Error('there is no subgraph access');
  const { SUBGRAPH_DATABASE_URL: own } = parseEnvironment(rotateSettings, process.env);
  const urlOf = await findUrls(own && 'access');
  const database = await open(access, await urlOf('access'), undefined);
  try {
    await database.requireMigrated();
    const counts = await countBySecret(database.fork());
    for (const [id, keys] of counts)
      console.log(`${id === '' ? 'secret without an id' : `secret "${id}"`}: ${keys} API keys`);
    if (counts.size === 0) console.log('There are no API keys.');
  } finally {
    await database.close();
  }
}

function open(
  { name, entities, migrations }: SubgraphTables,
  url: string,
  cipher: Database['cipher'],
): Promise<Database> {
  const { LOG_LEVEL } = parseEnvironment(rotateSettings, process.env);
  const log = createLog(name, LOG_LEVEL);
  const { statementTimeoutMs } = defaultLimits;
  return openDatabase({ url, schema: name, entities, migrations, log, cipher, statementTimeoutMs });
}

/** The URL of the role of each subgraph. @throws ConfigurationError if the server refuses it */
async function findUrls(subgraph: string | undefined): Promise<(name: string) => Promise<string>> {
  const { SUBGRAPH_DATABASE_URL: own } = parseEnvironment(rotateSettings, process.env);
  if (own !== undefined && subgraph === undefined)
    throw needs('rotate-fields', 'the name of the subgraph of SUBGRAPH_DATABASE_URL');
  if (own !== undefined) {
    await requireServer(own, 'SUBGRAPH_DATABASE_URL');
    return () => Promise.resolve(own);
  }
  const config = readMigrateConfig();
  requireKept(config.dataDir, { DATABASE_ROLE_SECRET: config.roleSecret !== undefined });
  await requireServer(config.databaseUrl);
  const secret = await loadRoleSecret(config);
  return async (name) => {
    const url = roleUrl(config.databaseUrl, databaseName, name, secret);
    await requireServer(url, 'DATABASE_ROLE_SECRET');
    return url;
  };
}
