import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EmbeddedPostgres } from '#shared/database/postgres/embedded-postgres.ts';
import { embeddedFolder } from '#shared/database/postgres/open-postgres.ts';
import { readProductConfig } from '#shared/settings/product-config.ts';
import { cpuSecondsOf } from '../../commands/load/process-tree.ts';
import { productParts, startProduct } from '../../commands/product.ts';
import { type ProductProcess, startProcess } from '../../gateway/testing/product-process.ts';
import { type Measured, postgresMs } from './product.ts';

type Settings = Readonly<Record<string, string>>;

/** Starts each subgraph and a gateway in a process of its own on a temporary database, as in production. */
export async function startSeparate(shipments: number): Promise<Measured> {
  const { products, close } = await startVariants(shipments, [{}]);
  const [only] = products;
  if (!only) throw new Error('one variant starts one product');
  return { ...only, close };
}

/** Products of which each has all processes of its own, on one temporary database. */
export interface Variants {
  readonly products: readonly Measured[];
  close(): Promise<void>;
}

/** Starts one product for each of these settings, so that their runs can alternate. */
export async function startVariants(shipments: number, variants: readonly Settings[]): Promise<Variants> {
  const dataDir = mkdtempSync(join(tmpdir(), 'freight-bench-'));
  await using resources = new AsyncDisposableStack();
  resources.defer(() => rmSync(dataDir, { recursive: true, force: true }));
  const environment = { DATA_DIR: dataDir, LOG_LEVEL: 'info' };
  const config = readProductConfig(environment);
  const databaseUrl = await resources.use(new EmbeddedPostgres(embeddedFolder(config))).start();
  const names = await seed(config, databaseUrl, shipments);
  const products: Measured[] = [];
  for (const variant of variants) {
    products.push(await startProcesses(names, { ...environment, DATABASE_URL: databaseUrl, ...variant }, resources));
  }
  const running = resources.move();
  return { products, close: () => running.disposeAsync() };
}

async function startProcesses(
  names: readonly string[],
  given: Settings,
  resources: AsyncDisposableStack,
): Promise<Measured> {
  const settings = {
    PORT: '0',
    CLIENT_RATE: '0',
    BUDGET_MODE: 'off',
    CLIENT_NEW_DOCUMENTS: '0',
    DOCUMENT_POLICY_PARTNER: 'free',
    ...given,
  };
  const subgraphs = new Map<string, ProductProcess>();
  const urls = new Map<string, string>();
  for (const name of names) {
    const subgraph = resources.use(startProcess(['--max-semi-space-size=4', 'commands/subgraph.ts', name], settings));
    subgraphs.set(name, subgraph);
    urls.set(name, addressIn(await subgraph.line('listening')).url);
  }
  const moved = Object.fromEntries([...urls].map(([name, url]) => [`SUBGRAPH_URL_${name.toUpperCase()}`, url]));
  const gateway = resources.use(
    startProcess(['--max-semi-space-size=12', 'gateway/server.ts'], { ...settings, ...moved, ADMIN_PORT: '0' }),
  );
  const { url, adminUrl } = addressIn(await gateway.line('"ready"'));
  return {
    url: `${url}/graphql`,
    adminUrl: adminUrl ?? '',
    subgraphUrls: [...urls.values()],
    isOwn: false,
    cpuMs: () => ({
      gateway: cpuSecondsOf(gateway.pid) * 1_000,
      ...Object.fromEntries([...subgraphs].map(([name, { pid }]) => [name, cpuSecondsOf(pid) * 1_000])),
      PostgreSQL: postgresMs(),
    }),
    close: async () => {},
  };
}

/** Writes the demo data, and returns the names of the subgraphs. */
async function seed(
  config: ReturnType<typeof readProductConfig>,
  adminUrl: string,
  shipments: number,
): Promise<readonly string[]> {
  const product = await startProduct({
    config,
    parts: await productParts(config),
    adminUrl,
    host: '127.0.0.1',
    portOf: () => 0,
    demo: { seed: config.seed, size: { shipments } },
  });
  await product.seeded;
  await product.close();
  return [...product.urls.keys()];
}

/** The addresses in a line of a log. */
function addressIn(line: string): { readonly url: string; readonly adminUrl?: string } {
  return JSON.parse(line) as { url: string; adminUrl?: string }; // written by our own processes
}
