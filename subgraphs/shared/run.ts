import { ConfigurationError } from './config.ts';
import type { BaseContext } from './context.ts';
import { refuseDemoData } from './demo-data.ts';
import { checkDisk } from './disk-check.ts';
import { Health } from './health.ts';
import { loadPublicKeys } from './keys.ts';
import { createLog } from './log.ts';
import { openLive } from './open-live.ts';
import { requireFreePorts } from './ports.ts';
import type { Secret } from './process-secrets.ts';
import { reachOwnTables } from './reach-tables.ts';
import { requireRedis } from './require-redis.ts';
import { runProcess, type Service } from './run-process.ts';
import { listen, openSubgraph } from './server.ts';
import type { Subgraph } from './subgraph.ts';
import { readSubgraphConfig, type SubgraphConfig } from './subgraph-config.ts';
import { subgraphPorts } from './supergraph-yaml.ts';
import { createVerifier, identityTokens } from './tokens.ts';

/** A subgraph, or what makes it from the settings of its process. */
type GivenSubgraph<C extends BaseContext> = Subgraph<C> | ((config: SubgraphConfig) => Promise<Subgraph<C>>);

/**
 * Runs one subgraph as a process of its own, until SIGTERM or SIGINT.
 * @param ownSecrets secrets that this subgraph needs in production, beside those of every subgraph
 */
export function runSubgraph<C extends BaseContext>(
  given: GivenSubgraph<C>,
  ownSecrets: readonly Secret[] = [],
): Promise<void> {
  return runProcess((service) => startSubgraph(given, ownSecrets, service));
}

async function startSubgraph<C extends BaseContext>(
  given: GivenSubgraph<C>,
  ownSecrets: readonly Secret[],
  service: Service,
): Promise<void> {
  const { resources } = service;
  const config = readSubgraphConfig(ownSecrets);
  const { host, port, limits, dataDir } = config;
  const identityKeys = await loadPublicKeys('identity', { given: config.identityPublicKeys, dataDir });
  const subgraph = typeof given === 'function' ? await given(config) : given;
  const { name } = subgraph;
  const ports = subgraphPorts(config.basePort);
  const listed = ports.get(name);
  if (listed === undefined)
    throw new ConfigurationError(
      `supergraph.yaml: an entry "${name}" is required; got ${[...ports.keys()].join(', ')}`,
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
  const open = await openSubgraph(subgraph, { databaseUrl, live, log, limits, processHealth, migrates });
  resources.defer(() => open.close());
  if (config.environment === 'production') {
    await refuseDemoData(open.services.database, 'Choose another SUBGRAPH_DATABASE_URL.');
  }
  const running = await listen(open, createVerifier(identityKeys, identityTokens(name)), wanted);
  resources.defer(() => running.close());
  log.info({ url: running.url }, 'listening');
}
