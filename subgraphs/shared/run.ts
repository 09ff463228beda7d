import { refuseDemoData } from './database/demo-data.ts';
import { reachOwnTables } from './database/own-tables.ts';
import { sealedColumnsOf } from './database/sealed-column.ts';
import type { BaseContext } from './graphql/context.ts';
import { createFieldCipher, type FieldCipher } from './identity/field-cipher.ts';
import { loadFieldSecrets } from './identity/field-keys.ts';
import { loadPublicKeys } from './identity/keys.ts';
import { createVerifier, identityTokens } from './identity/tokens.ts';
import { openLive } from './live/open-live.ts';
import { requireRedis } from './live/require-redis.ts';
import { ConfigurationError } from './runtime/config.ts';
import { checkDisk } from './runtime/disk-check.ts';
import { Health } from './runtime/health.ts';
import { createLog } from './runtime/log.ts';
import { requireFreePorts } from './runtime/ports.ts';
import { runProcess, type Service } from './runtime/run-process.ts';
import { subgraphPorts } from './runtime/supergraph-yaml.ts';
import { listen, openSubgraph } from './server.ts';
import { readSubgraphConfig, type SubgraphConfig } from './settings/subgraph-config.ts';
import type { Subgraph, SubgraphTables } from './subgraph.ts';

/** A subgraph, or the tables of one that is created from the settings of its process. */
type GivenSubgraph<C extends BaseContext> =
  | Subgraph<C>
  | { readonly tables: SubgraphTables; create(config: SubgraphConfig): Promise<Subgraph<C>> };

/** Runs one subgraph as its own process until SIGTERM or SIGINT. */
export function runSubgraph<C extends BaseContext>(given: GivenSubgraph<C>): Promise<void> {
  return runProcess((service) => startSubgraph(given, service));
}

async function startSubgraph<C extends BaseContext>(given: GivenSubgraph<C>, service: Service): Promise<void> {
  const { resources } = service;
  const config = readSubgraphConfig('create' in given ? given.tables.secrets : given.secrets);
  const { host, port, limits, dataDir, tracing } = config;
  const identityKeys = await loadPublicKeys('identity', { given: config.identityPublicKeys, dataDir });
  const subgraph = 'create' in given ? await given.create(config) : given;
  const { name } = subgraph;
  const cipher = await cipherFor(subgraph, config);
  const ports = subgraphPorts(config.basePort);
  const listed = ports.get(name);
  if (listed === undefined)
    throw new ConfigurationError(
      `supergraph.yaml: the entry "${name}" is missing. It has ${[...ports.keys()].join(', ')}`,
    );
  const wanted = { host, port: port ?? listed };
  const portVariable = port === undefined ? 'SUBGRAPH_BASE_PORT' : 'PORT';
  await requireFreePorts([{ owner: name, ...wanted, hostVariable: 'HOST', portVariable }]);

  if (config.redisUrl) await requireRedis(config.redisUrl);
  const { databaseUrl, migrates, isEmbedded } = await reachOwnTables(config, name, [...ports.keys()], service);
  const log = createLog(name, config.logLevel);
  const processHealth = new Health();
  if (isEmbedded) checkDisk(processHealth, dataDir);
  const live = await openLive(config, { log, health: processHealth });
  resources.defer(() => live.close());
  const open = await openSubgraph(subgraph, {
    databaseUrl,
    live,
    log,
    limits,
    processHealth,
    migrates,
    cipher,
    tracing,
    standby: config.standby,
  });
  resources.defer(() => open.close());
  if (config.environment === 'production') {
    await refuseDemoData(open.services.database, 'Choose another SUBGRAPH_DATABASE_URL.');
  }
  const verifier = createVerifier(identityKeys, identityTokens(name));
  const running = await listen(open, verifier, { ...wanted, ownsProcess: true });
  resources.defer(() => running.close());
  log.info({ url: running.url }, 'listening');
}

/** Only a subgraph with sealed columns has their secrets. */
async function cipherFor(
  { entities }: Pick<Subgraph, 'entities'>,
  config: SubgraphConfig,
): Promise<FieldCipher | undefined> {
  if (entities.every((entity) => sealedColumnsOf(entity).length === 0)) return undefined;
  return createFieldCipher(await loadFieldSecrets(config, config.dataDir));
}
