import { z } from 'zod';
import { ConfigurationError, parseEnvironment, port, readSharedConfig } from './config.ts';
import type { BaseContext } from './context.ts';
import { refuseDemoData } from './demo-data.ts';
import { checkDisk } from './disk-check.ts';
import { Health } from './health.ts';
import { type Keyring, loadKeyring, loadRoleSecret } from './keys.ts';
import { createLog } from './log.ts';
import { openLive } from './open-live.ts';
import { requireFreePorts } from './ports.ts';
import { openPostgres } from './postgres/open-postgres.ts';
import { databaseName, provision, roleUrl } from './provision.ts';
import { requireRedis } from './require-redis.ts';
import { runProcess, type Service } from './run-process.ts';
import { listen, openSubgraph } from './server.ts';
import type { Subgraph } from './subgraph.ts';
import { subgraphPorts } from './supergraph-yaml.ts';
import { createVerifier, identityTokens } from './tokens.ts';

const environment = z.object({ HOST: z.string().default('127.0.0.1'), PORT: port.optional() });

/**
 * Runs one subgraph as a process of its own, until SIGTERM or SIGINT.
 * @param given the subgraph, or what makes it from the keys of this installation
 */
export function runSubgraph<C extends BaseContext>(
  given: Subgraph<C> | ((keyring: Keyring) => Promise<Subgraph<C>>),
): Promise<void> {
  return runProcess((service) => startSubgraph(given, service));
}

async function startSubgraph<C extends BaseContext>(
  given: Subgraph<C> | ((keyring: Keyring) => Promise<Subgraph<C>>),
  { resources, fail }: Service,
): Promise<void> {
  const config = readSharedConfig();
  const { HOST: host, PORT } = parseEnvironment(environment, process.env);
  const keyring = await loadKeyring(config.dataDir);
  const roleSecret = await loadRoleSecret(config);
  const subgraph = typeof given === 'function' ? await given(keyring) : given;
  const { name } = subgraph;
  const ports = subgraphPorts(config.subgraphBasePort);
  const listed = ports.get(name);
  if (listed === undefined)
    throw new ConfigurationError(
      `supergraph.yaml: an entry "${name}" is required; got ${[...ports.keys()].join(', ')}`,
    );
  const wanted = { host, port: PORT ?? listed };
  const portVariable = PORT === undefined ? 'SUBGRAPH_BASE_PORT' : 'PORT';
  await requireFreePorts([{ owner: name, ...wanted, hostVariable: 'HOST', portVariable }]);

  if (config.redisUrl) await requireRedis(config.redisUrl);
  const adminUrl = await openPostgres(config, { resources, fail });
  await provision(adminUrl, databaseName, [...ports.keys()], roleSecret);
  const verifier = await createVerifier(keyring.identity.publicJwk, identityTokens(name));
  const log = createLog(name, config.logLevel);
  const processHealth = new Health();
  if (config.databaseUrl === undefined) checkDisk(processHealth, config.dataDir);
  const live = await openLive(config, { log, health: processHealth });
  resources.defer(() => live.close());
  const databaseUrl = roleUrl(adminUrl, databaseName, name, roleSecret);
  const open = await openSubgraph(subgraph, { databaseUrl, live, log, limits: config.limits, processHealth });
  resources.defer(() => open.close());
  if (config.environment === 'production' && config.demoAccounts !== 'public')
    await refuseDemoData(open.services.database);
  const running = await listen(open, verifier, wanted);
  resources.defer(() => running.close());
  log.info({ url: running.url }, 'listening');
}
