import { join } from 'node:path';
import { z } from 'zod';
import { ConfigurationError, parseEnvironment, port, readSharedConfig } from './config.ts';
import type { BaseContext } from './context.ts';
import { exitWith } from './exit.ts';
import { createVerifier } from './identity.ts';
import { type Keyring, loadKeyring } from './keys.ts';
import { createLog } from './log.ts';
import { startEmbeddedPostgres } from './postgres.ts';
import { databaseName, provision, roleUrl } from './provision.ts';
import { createMemoryPubSub } from './pubsub-memory.ts';
import { createRedisPubSub } from './pubsub-redis.ts';
import { listen, openSubgraph } from './server.ts';
import type { Subgraph } from './subgraph.ts';
import { subgraphAddresses } from './supergraph-yaml.ts';

const environment = z.object({ HOST: z.string().default('127.0.0.1'), PORT: port.optional() });

/**
 * Runs one subgraph as a process of its own, until SIGTERM or SIGINT.
 * @param given the subgraph, or what makes it from the keys of this installation
 */
export async function runSubgraph<C extends BaseContext>(
  given: Subgraph<C> | ((keyring: Keyring) => Promise<Subgraph<C>>),
): Promise<void> {
  try {
    const config = readSharedConfig();
    const keyring = await loadKeyring(config.dataDir);
    const subgraph = typeof given === 'function' ? await given(keyring) : given;
    const { HOST: host, PORT } = parseEnvironment(environment, process.env);
    const addresses = subgraphAddresses();
    const address = addresses.get(subgraph.name);
    if (!address)
      throw new ConfigurationError(
        `supergraph.yaml: an entry "${subgraph.name}" is required; got ${[...addresses.keys()].join(', ')}`,
      );
    const server = config.databaseUrl
      ? { adminUrl: config.databaseUrl, close: () => Promise.resolve() }
      : await startEmbeddedPostgres(join(config.dataDir, 'postgres'));
    await provision(server.adminUrl, databaseName, [...addresses.keys()], config.roleSecret);
    const verifier = await createVerifier(keyring.identity.publicJwk, 'freight-subgraphs');
    const log = createLog(subgraph.name, config.logLevel);
    const live = config.redisUrl ? await createRedisPubSub(config.redisUrl) : createMemoryPubSub();
    const open = await openSubgraph(subgraph, {
      databaseUrl: roleUrl(server.adminUrl, databaseName, subgraph.name, config.roleSecret),
      live,
      log,
      limits: config.limits,
    });
    const running = await listen(open, verifier, { host, port: PORT ?? Number(new URL(address).port) });
    log.info({ url: running.url }, 'listening');
    const shutDown = async () => {
      await running.close();
      await live.close();
      await server.close();
    };
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.once(signal, () => {
        shutDown().then(() => process.exit(0), exitWith);
      });
    }
  } catch (error) {
    exitWith(error);
  }
}
