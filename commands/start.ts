import { parseArgs } from 'node:util';
import { ConfigurationError, readSharedConfig } from '#shared/config.ts';
import { generateWorld } from '#shared/demo/generate.ts';
import { exitWith } from '#shared/exit.ts';
import { subgraphAddresses } from '#shared/supergraph-yaml.ts';
import { readGatewayConfig } from '../gateway/config.ts';
import { createGateway } from '../gateway/gateway.ts';
import { lockDataFolder } from './lock.ts';
import { startProduct } from './product.ts';
import { startSimulator } from './simulator.ts';
import { welcome } from './welcome.ts';

/** `npm start`: the whole product in one process, until Ctrl-C. */
async function start(): Promise<void> {
  const { values } = parseArgs({ options: { simulator: { type: 'boolean', default: true } }, allowNegative: true });
  const began = performance.now();
  const config = readSharedConfig({ LOG_LEVEL: 'warn', ...process.env });
  const unlock = lockDataFolder(config.dataDir);
  process.once('exit', unlock);
  const stopping = new AbortController();
  const production = config.environment === 'production';
  const addresses = subgraphAddresses();

  const product = await startProduct({
    config,
    host: '127.0.0.1',
    portOf: (name) => Number(new URL(addresses.get(name) ?? missing(name)).port),
    ...(!production && { world: (now: Date) => generateWorld({ seed: config.seed, now }) }),
  });
  const gateway = await createGateway(readGatewayConfig([], { LOG_LEVEL: 'warn', ...process.env }));
  const gatewayUrl = await gateway.listen();
  const simulator =
    values.simulator && !production
      ? startSimulator({ url: `${gatewayUrl}/graphql`, signal: stopping.signal })
      : Promise.resolve();
  console.log(
    welcome({
      gatewayUrl,
      adminUrl: gateway.adminUrl,
      subgraphUrls: product.urls,
      seeded: product.seeded,
      seconds: (performance.now() - began) / 1000,
      production,
    }),
  );

  const shutDown = async () => {
    stopping.abort();
    await simulator;
    await gateway.close();
    await product.close();
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      console.log('Stopping; data stays in place.');
      shutDown().then(() => process.exit(0), exitWith);
    });
  }
}

function missing(name: string): never {
  throw new ConfigurationError(`supergraph.yaml: an entry "${name}" is required; got none`);
}

try {
  await start();
} catch (error) {
  exitWith(error);
}
