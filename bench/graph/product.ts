import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EmbeddedPostgres } from '#shared/database/postgres/embedded-postgres.ts';
import { embeddedFolder } from '#shared/database/postgres/open-postgres.ts';
import { subgraphAddresses } from '#shared/runtime/supergraph-yaml.ts';
import { readProductConfig } from '#shared/settings/product-config.ts';
import { processTree } from '../../commands/load/process-tree.ts';
import { productParts, startProduct } from '../../commands/product.ts';
import type { WorldSize } from '../../demo/world.ts';
import { createGateway } from '../../gateway/gateway.ts';
import { readGatewayConfig } from '../../gateway/read-config.ts';
import { recordConnections } from './record.ts';

/** A product to measure: its gateway, and addresses for metrics. */
export interface Measured {
  /** GraphQL address of the gateway. */
  readonly url: string;
  /** Address of the gateway's metrics. */
  readonly adminUrl: string;
  /** GraphQL addresses of the subgraphs. */
  readonly subgraphUrls: readonly string[];
  /** True if it runs in this process, so that its statements can be recorded. */
  readonly isOwn: boolean;
  /** PostgreSQL of a product that runs in this process, as its superuser. */
  readonly postgresUrl?: string;
  /** CPU milliseconds so far by part. Empty for a product that runs elsewhere. */
  readonly cpuMs: () => Readonly<Record<string, number>>;
  close(): Promise<void>;
}

/**
 * Starts the whole product in this process, as `npm start --no-simulator` does, on a temporary database.
 * @param size of the demo company
 * @param settings of product and gateway; by default without rate limits
 */
export async function startThrowaway(
  size: Partial<WorldSize>,
  settings: Readonly<Record<string, string>> = { CLIENT_RATE: '0', CLIENT_NEW_DOCUMENTS: '0', BUDGET_MODE: 'off' },
): Promise<Measured> {
  recordConnections();
  const dataDir = mkdtempSync(join(tmpdir(), 'freight-bench-'));
  const environment = { DATA_DIR: dataDir, LOG_LEVEL: 'warn', DOCUMENT_POLICY_PARTNER: 'free', ...settings };
  await using resources = new AsyncDisposableStack();
  resources.defer(() => rmSync(dataDir, { recursive: true, force: true }));
  const config = readProductConfig(environment);
  const adminUrl = await resources.use(new EmbeddedPostgres(embeddedFolder(config))).start();
  const product = await startProduct({
    config,
    parts: await productParts(config),
    adminUrl,
    host: '127.0.0.1',
    portOf: () => 0,
    demo: { seed: config.seed, size },
  });
  resources.defer(() => product.close());
  await product.seeded;
  const subgraphUrls = Object.fromEntries(product.urls);
  const gatewayConfig = { ...readGatewayConfig(['--port', '0'], environment), subgraphUrls };
  const gateway = await createGateway(gatewayConfig, { local: product.subgraphs });
  resources.defer(() => gateway.close());
  const url = `${await gateway.listen()}/graphql`;
  const running = resources.move();
  return {
    url,
    adminUrl: gateway.adminUrl,
    postgresUrl: adminUrl,
    subgraphUrls: Object.values(subgraphUrls),
    isOwn: true,
    cpuMs: () => ({ Node: processMs(), PostgreSQL: postgresMs() }),
    close: () => running.disposeAsync(),
  };
}

/** CPU milliseconds so far of this process. */
function processMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

/** CPU milliseconds so far of PostgreSQL below this process. */
export function postgresMs(): number {
  return processTree(process.pid).postgres.cpuSeconds * 1_000;
}

/** A product that runs already. Its subgraphs have the addresses of supergraph.yaml. */
export function attach(url: string): Measured {
  return {
    url,
    adminUrl: 'http://127.0.0.1:4100',
    subgraphUrls: [...subgraphAddresses().values()],
    isOwn: false,
    cpuMs: () => ({}),
    close: () => Promise.resolve(),
  };
}
