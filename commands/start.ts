import { openPostgres } from '#shared/database/postgres/open-postgres.ts';
import { demoApiKey } from '#shared/identity/api-keys.ts';
import { requireRedis } from '#shared/live/require-redis.ts';
import { readCommandLine } from '#shared/runtime/command-line.ts';
import { ConfigurationError } from '#shared/runtime/config.ts';
import { isLoopback } from '#shared/runtime/loopback.ts';
import { requireFreePorts } from '#shared/runtime/ports.ts';
import { runProcess, type Service } from '#shared/runtime/run-process.ts';
import { subgraphPorts } from '#shared/runtime/supergraph-yaml.ts';
import { type ProductConfig, readStartConfig } from '#shared/settings/product-config.ts';
import { demoCredentials } from '../demo/accounts.ts';
import { demoCode } from '../demo/second-factor.ts';
import { startSimulator } from '../demo/simulator/start-simulator.ts';
import { type AccessConfig, portsOf } from '../gateway/config.ts';
import { createGateway } from '../gateway/gateway.ts';
import { readGatewayConfig } from '../gateway/read-config.ts';
import { lockDataFolder } from './lock.ts';
import { type ProductParts, productParts, startProduct } from './product.ts';
import { welcome } from './welcome.ts';

/** Time for requests in flight after Ctrl-C: a person waits for the prompt. */
const defaults = { LOG_LEVEL: 'warn', DRAIN_WINDOW_MS: '3000' };
/** The gateway runs in this process, so subgraphs listen on loopback. */
const host = '127.0.0.1';
const subgraphPortVariables = { hostVariable: 'HOST', portVariable: 'SUBGRAPH_BASE_PORT' };

const command = {
  call: 'npm start --',
  does: 'The whole product in one process, until Ctrl-C: PostgreSQL, subgraphs, gateway, simulator. docs/settings.md names its settings.',
  options: { simulator: { type: 'boolean', default: true, help: 'starts without the simulator' } },
} as const;

/** `npm start`: the whole product in one process, until Ctrl-C. */
async function start({ resources, ending, fail }: Service): Promise<void> {
  const { values } = readCommandLine(command);
  const began = performance.now();
  const environment = { ...defaults, ...process.env };
  const config = readStartConfig(environment);
  const gatewayConfig = readGatewayConfig([], environment);
  const ports = subgraphPorts(config.subgraphBasePort);
  const production = config.environment === 'production';
  const demo = { seed: config.seed, size: { shipments: config.seedShipments } };
  const parts = await productParts(config);

  process.once('exit', lockDataFolder(config.dataDir));
  await requireFreePorts([
    ...Object.values(portsOf(gatewayConfig)),
    ...[...ports].map(([owner, port]) => ({ owner, host, port, ...subgraphPortVariables })),
  ]);

  if (config.redisUrl) await requireRedis(config.redisUrl);
  const adminUrl = await openPostgres(config, { resources, fail });
  const product = await startProduct({
    config,
    parts,
    adminUrl,
    host,
    portOf: (name) => ports.get(name) ?? missing(name),
    refuseDemoData: refusalOfDemoData(config, gatewayConfig.host),
    ...(!production && { demo }),
  });
  resources.defer(() => product.close());
  const subgraphUrls = { ...Object.fromEntries(product.urls), ...gatewayConfig.subgraphUrls };
  const access = accessOf(parts, config.dataDir);
  const gateway = await createGateway({ ...gatewayConfig, subgraphUrls, access }, { local: product.subgraphs });
  resources.defer(() => gateway.close());
  // Demo data is written while the gateway is built. Requests are served after both.
  const seeded = await product.seeded;
  const gatewayUrl = await gateway.listen();
  if (values.simulator && !production) {
    const { email } = demoCredentials('dispatcher');
    const code = () => demoCode(email, parts.apiKeySecrets[0], new Date());
    const simulator = startSimulator({ url: `${gatewayUrl}/graphql`, signal: ending, code }).catch(fail);
    resources.defer(() => simulator);
  }
  const seconds = (performance.now() - began) / 1000;
  const { urls: shownUrls } = product;
  const { adminUrl: operatorUrl } = gateway;
  const partnerKey = production ? null : demoApiKey(parts.apiKeySecrets[0]);
  const { demoSecondFactor: secondFactor } = config;
  const shown = { gatewayUrl, adminUrl: operatorUrl, subgraphUrls: shownUrls };
  console.log(welcome({ ...shown, seeded, seconds, partnerKey, secondFactor }));
}

/** What the operator can do when demo data is refused. */
function refusalOfDemoData({ environment, demoAccounts }: ProductConfig, host: string): string | undefined {
  if (environment === 'production') return 'Choose another DATABASE_URL.';
  if (isLoopback(host) || demoAccounts === 'public') return undefined;
  return 'Choose another DATABASE_URL or DATA_DIR, or set DEMO_ACCOUNTS=public.';
}

/** The gateway in this process uses the keys of the subgraphs. */
function accessOf({ keyring: { access, identity }, apiKeySecrets }: ProductParts, dataDir: string): AccessConfig {
  return { kind: 'freight', signingKey: identity, publicKeys: [access.publicJwk], apiKeySecrets, dataDir };
}

function missing(name: string): never {
  throw new ConfigurationError(`supergraph.yaml needs an entry "${name}". It has none.`);
}

await runProcess(start, 'Stopping; data stays in place.');
